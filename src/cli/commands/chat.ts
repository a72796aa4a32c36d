import { randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline'
import { loadConfig } from '../../config.ts'
import { nearest } from '../../nearest.ts'
import type { Project } from '../../project.ts'
import { openChatPartner, type ChatPartner, type ChatQuestion } from '../chat-partner.ts'
import { UsageError, type Command, type ExitCode, type Terminal } from '../command.ts'
import { createQuietLog } from '../create-quiet-log.ts'
import { loadProject } from '../load-project.ts'
import { paint } from '../paint.ts'
import { printFailure } from '../print-failure.ts'
import { printAnswer } from '../print-answer.ts'

const HINT = '/new starts over, /exit leaves, Ctrl-C stops an answer.'

export const chat: Command = {
  name: 'chat',
  summary: 'Talk to a bot in this terminal; lines that are piped in are answered, too',
  usage: '[bot]',
  arity: [0, 1],
  options: {},
  examples: ['botyard chat', 'botyard chat support', "echo 'What are your opening hours?' | botyard chat"],
  run: async ({ arguments: [name], terminal }) => {
    const config = loadConfig(terminal.env)
    const project = await loadProject(terminal.cwd)
    const bot = chooseBot(project, name)
    const log = createQuietLog(config, terminal)
    const partner = await openChatPartner({ config, project, log })
    try {
      return await talk(partner, bot, terminal)
    } finally {
      await partner.close()
    }
  },
}

function chooseBot({ bots, defaultBot }: Project, name = defaultBot.name): string {
  const names = bots.map((bot) => bot.name)
  if (names.includes(name)) return name
  const meant = nearest(name, names, (candidate) => Math.floor(candidate.length / 2))
  const instead = meant ? `Did you mean "${meant}"?` : `Choose one of ${names.join(', ')}.`
  throw new UsageError(`There is no bot "${name}". ${instead}`)
}

async function talk(partner: ChatPartner, bot: string, terminal: Terminal): Promise<ExitCode> {
  const { stdin, stdout } = terminal
  const interactive = stdin.isTTY === true && stdout.isTTY === true
  const lines = createInterface({ input: stdin, ...(interactive && { output: stdout }), prompt: '> ' })
  const ask = (): void => (interactive ? lines.prompt() : undefined)
  let answering: AbortController | undefined
  lines.on('SIGINT', () => (answering ? answering.abort() : lines.close()))
  if (interactive) stdout.write(`${paint(stdout, 'dim', `${bot}: ${HINT}`)}\n`)
  let key = randomUUID()
  let failures = 0
  ask()
  for await (const line of lines) {
    const text = line.trim()
    if (text === '/exit') break
    if (text === '/new') key = randomUUID()
    else if (text !== '') {
      answering = new AbortController()
      if (!(await answer(partner, { bot, key, text, signal: answering.signal }, terminal))) failures++
      answering = undefined
    }
    ask()
  }
  // In a conversation the person has seen the failure; a script has only the exit code.
  return failures > 0 && !interactive ? 1 : 0
}

/** True when the bot answered. */
async function answer(partner: ChatPartner, question: ChatQuestion, terminal: Terminal): Promise<boolean> {
  try {
    return (await printAnswer(await partner.ask(question), terminal))?.type === 'end'
  } catch (error) {
    printFailure(error, terminal)
    return false
  }
}
