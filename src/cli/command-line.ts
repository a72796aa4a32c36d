import { parseArgs, type ParseArgsConfig } from 'node:util'
import { nearest } from '../nearest.ts'
import { UsageError, type Command, type ExitCode, type Terminal } from './command.ts'
import { chat } from './commands/chat.ts'
import { chatbots } from './commands/chatbots.ts'
import { check } from './commands/check.ts'
import { deliveries } from './commands/deliveries.ts'
import { dev } from './commands/dev.ts'
import { doctor } from './commands/doctor.ts'
import { drill } from './commands/drill.ts'
import { feedback } from './commands/feedback.ts'
import { flags } from './commands/flags.ts'
import { inbox } from './commands/inbox.ts'
import { jobs } from './commands/jobs.ts'
import { ingest } from './commands/ingest.ts'
import { load } from './commands/load.ts'
import { migrate } from './commands/migrate.ts'
import { reindex } from './commands/reindex.ts'
import { rollout } from './commands/rollout.ts'
import { serve } from './commands/serve.ts'
import { smoke } from './commands/smoke.ts'
import { start } from './commands/start.ts'
import { token } from './commands/token.ts'
import { verify } from './commands/verify.ts'
import { watch } from './commands/watch.ts'
import { commandHelp, overviewHelp } from './help.ts'
import { paint } from './paint.ts'
import { printFailure } from './print-failure.ts'
import { readVersion } from '../version.ts'

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  dev,
  start,
  chat,
  check,
  doctor,
  migrate,
  ingest,
  reindex,
  inbox,
  deliveries,
  jobs,
  feedback,
  flags,
  rollout,
  chatbots,
  token,
  watch,
  drill,
  load,
  verify,
  smoke,
  serve,
]

/** Runs one command line (without `node` and the script) and returns the exit code. Never throws. */
export async function runCommandLine(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    return await dispatch(words, terminal)
  } catch (error) {
    if (!(error instanceof UsageError)) return printFailure(error, terminal)
    terminal.stderr.write(`${paint(terminal.stderr, 'red', error.message)}\n`)
    return 2
  }
}

async function dispatch(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [first = '--help', ...rest] = words
  const { stdout } = terminal
  if (['--version', '-v'].includes(first)) stdout.write(`${readVersion()}\n`)
  else if (['--help', '-h', 'help'].includes(first)) stdout.write(helpOn(rest[0], terminal))
  else return runCommand(requireCommand(first), rest, terminal)
  return 0
}

async function runCommand(command: Command, words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  if (words.includes('--help') || words.includes('-h')) {
    terminal.stdout.write(commandHelp(command, terminal.stdout))
    return 0
  }
  const { positionals, values } = parseWords(command, words)
  return command.run({ arguments: positionals, options: values, terminal })
}

function helpOn(name: string | undefined, { stdout }: Terminal): string {
  return name === undefined ? overviewHelp(COMMANDS, stdout) : commandHelp(requireCommand(name), stdout)
}

function requireCommand(name: string): Command {
  const command = COMMANDS.find((known) => known.name === name)
  if (command) return command
  const names = COMMANDS.map((known) => known.name)
  const what = name.startsWith('-') ? 'option' : 'command'
  const instead = suggest(name, names) ?? 'Run `botyard --help` for the list.'
  throw new UsageError(`Unknown ${what} "${name}". ${instead}`)
}

interface Words {
  readonly positionals: readonly string[]
  readonly values: Readonly<Record<string, string | boolean | undefined>>
}

function parseWords(command: Command, words: readonly string[]): Words {
  const config = {
    args: [...words],
    options: toParseOptions(command),
    allowPositionals: true,
  } satisfies ParseArgsConfig
  const { tokens } = parseArgs({ ...config, strict: false, tokens: true })
  for (const token of tokens) if (token.kind === 'option') requireOption(command, token.name, token.rawName)
  const parsed = parseStrictly(command, config)
  requireAction(command, parsed.positionals)
  const [fewest, most] = command.arity
  if (parsed.positionals.length >= fewest && parsed.positionals.length <= most) return parsed
  throw new UsageError(`Usage: botyard ${command.name} ${command.usage}`.trimEnd())
}

function toParseOptions({ options }: Command): Record<string, { type: 'boolean' | 'string' }> {
  return Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }]))
}

function parseStrictly(command: Command, config: ParseArgsConfig & { options: object }): Words {
  try {
    const { positionals, values } = parseArgs({ ...config, strict: true })
    return { positionals, values: values as Words['values'] }
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function requireOption({ name: command, options }: Command, name: string, written: string): void {
  if (Object.hasOwn(options, name)) return
  const instead =
    suggest(name, Object.keys(options), '--') ?? `Run \`botyard ${command} --help\` for the list.`
  throw new UsageError(`Unknown option "${written}" of botyard ${command}. ${instead}`)
}

function requireAction({ name, actions }: Command, [word]: readonly string[]): void {
  if (!actions || word === undefined || Object.hasOwn(actions, word)) return
  const names = Object.keys(actions)
  const instead = suggest(word, names) ?? `Choose one of ${names.join(', ')}.`
  throw new UsageError(`Unknown action "${word}" of botyard ${name}. ${instead}`)
}

function suggest(word: string, known: readonly string[], prefix = ''): string | undefined {
  const meant = nearest(word, known, (candidate) => Math.max(1, Math.floor(candidate.length / 2)))
  return meant && `Did you mean "${prefix}${meant}"?`
}
