import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Chatbot, ChatbotVersion, OwnChatbots } from '../../chatbots/chatbots.ts'
import { loadConfig } from '../../config.ts'
import { isRecord } from '../../definition.ts'
import { UsageError, type Command, type Invocation, type Terminal } from '../command.ts'
import { createQuietLog } from '../create-quiet-log.ts'
import { loadProject } from '../load-project.ts'
import { printJson, printList, printRecords } from '../print-chatbots.ts'

export const chatbots: Command = {
  name: 'chatbots',
  summary: 'Make, change and publish the chatbots of the database',
  usage: '<action> [id] [file|number]',
  actions: {
    list: 'Those that are not archived',
    show: 'All of one, as JSON',
    create: 'Make a draft from a JSON file',
    edit: 'Put a JSON file in the place of the draft',
    publish: 'Have the draft answer',
    rollback: 'Publish an earlier revision again, by its number',
    archive: 'Take it away from people; nothing is lost',
    restore: 'Give it back',
    quota: 'Set the tokens it may use; an option that is left out: as usual',
    revisions: 'What was published',
    history: 'Who changed what',
    usage: 'The tokens it used, by day',
  },
  arity: [1, 3],
  options: {
    publish: { type: 'boolean', about: 'create, edit: publish it at once' },
    archived: { type: 'boolean', about: 'list: those that are archived' },
    'per-day': { type: 'string', value: 'n', about: 'quota: most tokens in a day of UTC' },
    'per-month': { type: 'string', value: 'n', about: 'quota: most tokens in a month of UTC' },
    json: { type: 'boolean', about: 'Print the outcome as JSON' },
  },
  examples: [
    'botyard chatbots list',
    'botyard chatbots create acme.json --publish',
    'botyard chatbots show <id>',
    'botyard chatbots edit <id> acme.json',
    'botyard chatbots publish <id>',
    'botyard chatbots rollback <id> 3',
    'botyard chatbots quota <id> --per-day 100000',
    'botyard chatbots revisions <id>',
  ],
  run: async (invocation) => {
    const [name = '', ...words] = invocation.arguments
    const action = ACTIONS.get(name)
    if (!action || words.length !== action.words)
      throw new UsageError(`Usage: botyard chatbots ${action?.usage ?? chatbots.usage}`)
    const { terminal } = invocation
    const config = loadConfig(terminal.env)
    const project = await loadProject(terminal.cwd)
    const { openManagement } = await import('../../app/open-management.ts')
    await using opened = await openManagement({ config, project, log: createQuietLog(config, terminal) })
    const own = opened.as({ name: 'command-line', account: null, unrestricted: true })
    await action.run({ own, words, invocation })
    return 0
  },
}

interface Work {
  readonly own: OwnChatbots
  readonly words: readonly string[]
  readonly invocation: Invocation
}

interface Action {
  readonly usage: string
  /** How many words stand behind the action. */
  readonly words: number
  run(work: Work): Promise<void>
}

const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['list', { usage: 'list', words: 0, run: list }],
  ['create', { usage: 'create <file>', words: 1, run: create }],
  ['show', { usage: 'show <id>', words: 1, run: show }],
  ['edit', { usage: 'edit <id> <file>', words: 2, run: edit }],
  ['publish', change('publish', (own, place) => own.publish(place))],
  ['rollback', { usage: 'rollback <id> <number>', words: 2, run: rollBack }],
  ['archive', change('archive', (own, place) => own.setArchived(place, true))],
  ['restore', change('restore', (own, place) => own.setArchived(place, false))],
  ['quota', { usage: 'quota <id> [--per-day n] [--per-month n]', words: 1, run: setQuota }],
  ['revisions', record('revisions', (own, id) => own.revisions(id))],
  ['history', record('history', (own, id) => own.history(id, 100))],
  ['usage', record('usage', async (own, id) => (await own.usage(id, 31)).days)],
])

type Change = (own: OwnChatbots, place: ChatbotVersion) => Promise<Chatbot>

function change(name: string, run: Change): Action {
  return {
    usage: `${name} <id>`,
    words: 1,
    run: async ({ own, words, invocation }) => print(await run(own, placeOf(words)), invocation),
  }
}

type Read = (own: OwnChatbots, id: string) => Promise<readonly object[]>

function record(name: string, read: Read): Action {
  return {
    usage: `${name} <id>`,
    words: 1,
    run: async ({ own, words: [id = ''], invocation }) => printRecords(await read(own, id), invocation),
  }
}

async function list({ own, invocation }: Work): Promise<void> {
  const archived = invocation.options['archived'] === true
  printList(await own.list({ archived, limit: 1_000, offset: 0 }), invocation)
}

async function show({ own, words: [id = ''], invocation }: Work): Promise<void> {
  printJson(await own.get(id), invocation.terminal)
}

/** The file may hold the id, as `chatbotId`, beside the fields. */
async function create({ own, words: [file = ''], invocation }: Work): Promise<void> {
  const { chatbotId, ...fields } = await readFields(file, invocation.terminal)
  const id = typeof chatbotId === 'string' ? chatbotId : undefined
  await finish(own, await own.create(fields, { id }), invocation)
}

async function edit({ own, words, invocation }: Work): Promise<void> {
  const { chatbotId: _, ...fields } = await readFields(words[1] ?? '', invocation.terminal)
  await finish(own, await own.replace(placeOf(words), fields), invocation)
}

async function finish(own: OwnChatbots, saved: Chatbot, invocation: Invocation): Promise<void> {
  print(invocation.options['publish'] === true ? await own.publish(saved) : saved, invocation)
}

async function rollBack({ own, words, invocation }: Work): Promise<void> {
  const number = Number(words[1])
  if (!Number.isSafeInteger(number)) throw new UsageError(`"${words[1]}" is no number of a revision.`)
  print(await own.rollBack(placeOf(words), number), invocation)
}

async function setQuota({ own, words, invocation }: Work): Promise<void> {
  const { options } = invocation
  const quota = { tokensPerDay: toTokens(options['per-day']), tokensPerMonth: toTokens(options['per-month']) }
  print(await own.setQuota(placeOf(words), quota), invocation)
}

function toTokens(value: Invocation['options'][string]): number | null {
  if (value === undefined) return null
  const tokens = Number(value)
  if (Number.isSafeInteger(tokens) && tokens > 0) return tokens
  throw new UsageError(`"${String(value)}" is no number of tokens; write a whole number above 0.`)
}

/** Whoever sits at the command line means the chatbot as it is now. */
function placeOf([id = '']: readonly string[]): ChatbotVersion {
  return { id, version: undefined }
}

async function readFields(file: string, { cwd }: Terminal): Promise<Readonly<Record<string, unknown>>> {
  const path = resolve(cwd, file)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`The file ${path} cannot be read.`, { cause })
  })
  const fields = parseJson(text, path)
  if (isRecord(fields)) return fields
  throw new UsageError(`The file ${path} holds no JSON object; write { "name": …, "instructions": … }.`)
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'it cannot be parsed'
    throw new UsageError(`The file ${path} is not valid JSON: ${reason}.`, { cause })
  }
}

function print(chatbot: Chatbot, { options, terminal }: Invocation): void {
  if (options['json']) return printJson(chatbot, terminal)
  const { id, draft, version, published, archived } = chatbot
  const state = archived ? 'archived' : published === null ? 'a draft' : `revision ${published} is published`
  terminal.stdout.write(`${id}  ${draft.name}: version ${version}, ${state}\n`)
}
