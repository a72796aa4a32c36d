import type { Bot } from '../../bot.ts'
import { parseChatbotId } from '../../chatbot-id.ts'
import { loadConfig } from '../../config.ts'
import type { DocumentCollection } from '../../documents.ts'
import { SHARED } from '../../documents.ts'
import { toAppError } from '../../errors.ts'
import { UsageError, type Command, type ExitCode, type Invocation, type Terminal } from '../command.ts'
import { createQuietLog } from '../create-quiet-log.ts'
import { listSources, readSource, type Source } from '../document-sources.ts'
import { loadProject } from '../load-project.ts'
import { paint } from '../paint.ts'
import { ProgressBar } from '../progress-bar.ts'

export const ingest: Command = {
  name: 'ingest',
  summary: 'Give a bot documents to answer from: a file, a folder or a web address',
  usage: '<path|url>',
  arity: [1, 1],
  options: {
    bot: {
      type: 'string',
      value: 'bot',
      about: 'The bot, or the id of a chatbot (default: the default bot)',
    },
    owner: {
      type: 'string',
      value: 'subject',
      about: 'Whose they are, such as user:7 (default: everybody who speaks to the bot)',
    },
    json: { type: 'boolean', about: 'Print what became of each document as JSON' },
  },
  examples: [
    'botyard ingest ./manuals --bot support',
    'botyard ingest https://example.com/faq --bot support',
  ],
  run: async (invocation) => {
    const { terminal, options } = invocation
    const { bots, defaultBot } = await loadProject(terminal.cwd)
    const asked = typeof options['bot'] === 'string' ? options['bot'] : defaultBot.name
    const names = bots.map(({ name }) => name)
    const chatbot = names.includes(asked) ? undefined : parseChatbotId(asked)
    const bot = chatbot ?? asked
    if (!names.includes(bot) && !chatbot)
      throw new UsageError(`There is no bot "${bot}". Use one of ${names.join(', ')}.`)
    const owner = typeof options['owner'] === 'string' ? options['owner'] : SHARED
    warnIfUnread(
      bots.find(({ name }) => name === bot),
      terminal,
    )
    const config = loadConfig(terminal.env)
    const sources = await listSources(invocation.arguments[0] ?? '', terminal.cwd)
    const { openIngestion } = await import('../../app/open-ingestion.ts')
    const ingestion = await openIngestion(config, createQuietLog(config, terminal))
    try {
      if (chatbot && !(await ingestion.hasChatbot(chatbot)))
        throw new UsageError(`There is no chatbot ${chatbot}; see \`botyard chatbots list\`.`)
      const collection = ingestion.library.collection({ bot, owner })
      const target = { collection, maxBytes: config.MAX_DOCUMENT_BYTES }
      return print(await ingestAll(sources, target, invocation), invocation)
    } finally {
      await ingestion.close()
    }
  },
}

/** Tools and answers in code may search documents, too; without any of these nothing does. */
function warnIfUnread(bot: Bot | undefined, { stderr }: Terminal): void {
  if (!bot || bot.knowledge || bot.answer || bot.tools.length > 0) return
  const remedy = 'give it `knowledge: documents()` in botyard.config.ts.'
  stderr.write(
    `${paint(stderr, 'yellow', '!')} The bot "${bot.name}" does not answer from documents: ${remedy}\n`,
  )
}

interface Target {
  readonly collection: DocumentCollection
  readonly maxBytes: number
}

interface Outcome {
  readonly name: string
  readonly outcome: 'new' | 'replaced' | 'unchanged' | 'refused'
  readonly chunks?: number
  /** Why it was refused. */
  readonly reason?: string
  readonly code?: string
}

async function ingestAll(
  sources: readonly Source[],
  target: Target,
  { terminal }: Invocation,
): Promise<readonly Outcome[]> {
  const bar = new ProgressBar(terminal.stderr, sources.length)
  const outcomes: Outcome[] = []
  for (const source of sources) {
    bar.begin(source.name)
    outcomes.push(await ingestOne(source, target, (share) => bar.show(share)))
  }
  bar.clear()
  return outcomes
}

async function ingestOne(
  source: Source,
  { collection, maxBytes }: Target,
  onProgress: (share: number) => void,
): Promise<Outcome> {
  const { signal } = new AbortController()
  try {
    const added = source.url
      ? await collection.addUrl(source.url, { signal })
      : await collection.add(await readSource(source, maxBytes))
    for await (const { progress, error } of collection.follow(added.document.id, { signal })) {
      if (error) return { name: source.name, outcome: 'refused', reason: error.message, code: error.code }
      onProgress(progress)
    }
    const document = (await collection.get(added.document.id)) ?? added.document
    return { name: document.name, outcome: added.outcome, chunks: document.chunks }
  } catch (thrown) {
    const { code, message, status } = toAppError(thrown)
    // What is no fault of the document would be none of the next one either.
    if (status >= 500 && code !== 'address_unreadable') throw thrown
    return { name: source.name, outcome: 'refused', reason: message, code }
  }
}

const KINDS = ['new', 'replaced', 'unchanged', 'refused'] as const

function print(outcomes: readonly Outcome[], { options, terminal }: Invocation): ExitCode {
  const { stdout } = terminal
  const refused = outcomes.filter(({ outcome }) => outcome === 'refused')
  const counts = KINDS.map(
    (kind) => [kind, outcomes.filter(({ outcome }) => outcome === kind).length] as const,
  )
  if (options['json'])
    stdout.write(`${JSON.stringify({ ...Object.fromEntries(counts), documents: outcomes }, null, 2)}\n`)
  else {
    for (const { name, reason = '' } of refused)
      stdout.write(`${paint(stdout, 'red', '✗')} ${name}: ${reason}\n`)
    const mark = paint(stdout, refused.length > 0 ? 'yellow' : 'green', refused.length > 0 ? '!' : '✓')
    stdout.write(`${mark} ${counts.map(([kind, count]) => `${count} ${kind}`).join(', ')}\n`)
  }
  return refused.length > 0 || outcomes.length === 0 ? 1 : 0
}
