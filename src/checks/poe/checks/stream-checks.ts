import { describeAnswer } from '../answer-problem.ts'
import { lineExcerpt } from '../excerpt.ts'
import { countEvents, type Exchange } from '../exchange.ts'
import { broken, doubtful, pass, type PoeCheck, type Verdict } from '../poe-check.ts'
import { reviewStreams, violationsOf, wholeStreams, type SeenStream } from '../review-streams.ts'
import { SOURCES, specification } from '../sources.ts'

const RESPONSE = specification('query, response')
const META_TYPES: Readonly<Record<string, string>> = {
  content_type: 'string',
  suggested_replies: 'boolean',
  linkify: 'boolean',
  refetch_settings: 'boolean',
}
const KNOWN_EVENTS = [
  'meta',
  'text',
  'replace_response',
  'suggested_reply',
  'file',
  'data',
  'json',
  'error',
  'done',
]
/** Rules about the frame of every answer: headers, order of events, their encoding. */
export const STREAM_CHECKS: readonly PoeCheck[] = [
  {
    id: 'stream.headers',
    title: 'The head of an answer',
    severity: 'must',
    expected:
      'HTTP 200, content-type text/event-stream in lower case; not cached, not buffered, not compressed',
    source: `${RESPONSE}; ${SOURCES.client}`,
    remedy: 'Send "Content-Type: text/event-stream", "Cache-Control: no-store" and "X-Accel-Buffering: no".',
    ask: async (bot) => judgeHead(await bot.plain()),
  },
  {
    id: 'stream.meta-first',
    title: 'meta comes first',
    severity: 'must',
    expected: 'the first event is meta; its keys are known, of the right type, never null',
    source: `${specification('meta event')}; ${SOURCES.client}`,
    remedy: 'Send one meta event before anything else, with content_type alone; a later one is ignored.',
    review: (exchanges, bot) => {
      const late = reviewStreams(metaProblems)(exchanges, bot)
      const without = wholeStreams(exchanges).filter((stream) => countEvents(stream, 'meta') === 0)
      if (late.status !== 'pass' || without.length === 0) return late
      return doubtful(`no meta event in ${without.length} streams`)
    },
  },
  {
    id: 'stream.meta-content-type',
    title: 'The content type of an answer',
    severity: 'must',
    expected: 'text/markdown or text/plain',
    source: `${specification('meta event')}; ${SOURCES.client}`,
    remedy: 'Use one of the two: the reference client fails at any other.',
    review: reviewStreams(({ events }) => {
      const type = events.find(({ name }) => name === 'meta')?.json?.['content_type']
      if (type === undefined || type === 'text/markdown' || type === 'text/plain') return undefined
      return `content_type is ${lineExcerpt(JSON.stringify(type))}`
    }),
  },
  {
    id: 'stream.meta-once',
    title: 'meta comes once',
    severity: 'must',
    expected: 'one meta event',
    source: specification('meta event'),
    remedy: 'Send one meta event; others are ignored.',
    review: reviewStreams((stream) => tooMany(stream, 'meta')),
  },
  {
    id: 'stream.done-last',
    title: 'done ends the answer',
    severity: 'must',
    expected: 'the last event is done with {}, closed by a blank line, then the end of the body',
    source: specification('done event'),
    remedy:
      'Send "event: done", "data: {}" and a blank line at the end of every answer, also after an error; then close.',
    review: (exchanges, bot) => {
      const verdict = reviewStreams(doneProblem)(exchanges, bot)
      const open = wholeStreams(exchanges).filter(
        ({ openAfterDoneMs = 0 }) => openAfterDoneMs >= bot.limits.closeAfterDoneMs,
      )
      if (verdict.status !== 'pass' || open.length === 0) return verdict
      return doubtful(`${open.length} streams were still open ${bot.limits.closeAfterDoneMs} ms after done`)
    },
  },
  {
    id: 'stream.done-once',
    title: 'Nothing follows done',
    severity: 'must',
    expected: 'one done event, and no event behind it',
    source: specification('done event'),
    remedy: 'Stop writing when done is sent: Poe has closed by then.',
    review: reviewStreams(({ events }) => {
      const done = events.findIndex(({ name }) => name === 'done')
      const next = done < 0 ? undefined : events[done + 1]
      return next && `event ${next.number} "${next.name}" follows done`
    }),
  },
  {
    id: 'stream.says-something',
    title: 'Every answer says something',
    severity: 'must',
    expected: 'at least one text, replace_response or error event, even if its text is empty',
    source: specification('query, response'),
    remedy: 'When the model says nothing, send a text event that says so; one with "" next to a file.',
    review: reviewStreams((stream) =>
      countEvents(stream, 'text', 'replace_response', 'error', 'json') === 0
        ? 'neither text nor error'
        : undefined,
    ),
  },
  {
    id: 'stream.json-objects',
    title: 'Data is JSON',
    severity: 'must',
    expected: 'the data of every event, also of done, is a JSON object',
    source: `${RESPONSE}; ${SOURCES.client}`,
    remedy: 'Serialise an object for every event; "{}" when there is nothing to say.',
    review: reviewStreams((stream) => violationsOf(stream, 'json')),
  },
  {
    id: 'stream.event-names',
    title: 'Names of events',
    severity: 'must',
    expected: `only ${KNOWN_EVENTS.join(', ')}`,
    source: `${RESPONSE}; ${SOURCES.client}`,
    remedy: 'Write the name exactly, in lower case, without spaces; Poe ignores events it does not know.',
    review: reviewStreams(({ events }) => {
      const unknown = events.filter(({ name }) => !KNOWN_EVENTS.includes(name) && name !== 'ping')
      return unknown.map(({ name, number }) =>
        name === '' ? `event ${number} has no name` : `event ${number} is named ${lineExcerpt(name)}`,
      )
    }),
  },
]

function judgeHead(exchange: Exchange): Verdict {
  const { status, headers } = exchange
  const type = headers['content-type'] ?? ''
  if (status !== 200 || !type.startsWith('text/event-stream'))
    return broken(describeAnswer({ ...exchange, body: '' }))
  const encoding = headers['content-encoding']
  const doubts = [
    ...(/no-store|no-cache/.test(headers['cache-control'] ?? '') ? [] : ['no "Cache-Control: no-store"']),
    ...(headers['x-accel-buffering'] === 'no' ? [] : ['no "X-Accel-Buffering: no"']),
    ...(encoding === undefined || encoding === 'identity' ? [] : [`content-encoding: ${encoding}`]),
  ]
  return doubts.length > 0 ? doubtful(doubts.join(', ')) : pass(`HTTP 200, ${type}`)
}

function metaProblems({ events }: SeenStream): readonly string[] {
  const meta = events.find(({ name }) => name === 'meta')
  if (!meta) return []
  const late = meta.number > 1 ? [`meta is event ${meta.number}, after "${events[0]?.name}"`] : []
  const wrong = Object.entries(meta.json ?? {}).flatMap(([key, value]) => metaKeyProblem(key, value))
  return [...late, ...wrong]
}

function metaKeyProblem(key: string, value: unknown): readonly string[] {
  const type = META_TYPES[key]
  if (type === undefined) return [`meta has the unknown key ${lineExcerpt(key)}`]
  return typeof value === type ? [] : [`meta ${key} is ${lineExcerpt(JSON.stringify(value))}, no ${type}`]
}

function doneProblem({ events, violations, exchange }: SeenStream): string | undefined {
  const done = events.find(({ name }) => name === 'done')
  if (!done) {
    const lost = violations.find(({ message }) => message.includes('is lost'))
    return lost?.message ?? `no done event${exchange.failure === undefined ? '' : `: ${exchange.failure}`}`
  }
  if (exchange.ending === 'cut') return exchange.failure
  if (done.json && Object.keys(done.json).length === 0) return undefined
  return `data of done is ${lineExcerpt(done.data)}`
}

function tooMany(stream: SeenStream, name: string): string | undefined {
  const count = countEvents(stream, name)
  return count > 1 ? `${count} ${name} events` : undefined
}
