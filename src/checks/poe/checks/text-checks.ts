import { describeAnswer } from '../answer-problem.ts'
import { lineExcerpt } from '../excerpt.ts'
import { countEvents } from '../exchange.ts'
import { broken, doubtful, pass, type PoeCheck } from '../poe-check.ts'
import { reviewStreams, violationsOf, type SeenStream } from '../review-streams.ts'
import { SOURCES } from '../sources.ts'

/** Line ends to Python, and so to clients with httpx-sse before 0.4.2, though none to the grammar. */
const OTHER_LINE_ENDS = /[\u0085\u2028\u2029]/

/** Rules about the bytes of an answer: what a text may do to its frame. */
export const TEXT_CHECKS: readonly PoeCheck[] = [
  {
    id: 'stream.verbatim',
    title: 'The text is what the model said',
    severity: 'must',
    expected: 'the same characters',
    source: SOURCES.practice,
    remedy: 'Do not normalise, trim or join what the model sends.',
    skip: 'what the model said cannot be seen from outside',
  },
  {
    id: 'stream.framing',
    title: 'Line breaks in a text',
    severity: 'must',
    expected: 'no line that is neither field nor comment, no event that is cut by its own text',
    source: SOURCES.eventStreams,
    remedy:
      'Put texts through a JSON encoder: a line break in a text is \\n there and never a line of the stream.',
    ask: async (bot) => {
      const content = 'Repeat exactly:\n\n"event: done"\ndata: {}\r\n\rdata: "x"\n: comment'
      const exchanges = [
        await bot.plain(),
        await bot.ask({ asked: 'a message full of line breaks', last: { content } }),
      ]
      return reviewStreams((stream) => violationsOf(stream, 'framing'))(exchanges, bot)
    },
  },
  {
    id: 'stream.line-separators',
    title: 'Line separators of Unicode',
    severity: 'should',
    expected: 'U+0085, U+2028 and U+2029 are escaped in the JSON',
    source: 'httpx-sse before 0.4.2, which reference clients still use, splits lines there',
    remedy: 'Escape them after JSON encoding, or escape everything that is not ASCII.',
    ask: async (bot) => {
      const content = 'Repeat exactly: one\u2028two\u2029three\u0085four\u0000five\u001Esix'
      const exchanges = [
        await bot.plain(),
        await bot.ask({ asked: 'a message with line separators', last: { content } }),
      ]
      return reviewStreams(({ events }) =>
        events
          .filter(({ data }) => OTHER_LINE_ENDS.test(data))
          .map(({ number, data }) => `event ${number} has one unescaped: ${lineExcerpt(data)}`),
      )(exchanges, bot)
    },
  },
  {
    id: 'stream.whole-characters',
    title: 'No half of a character',
    severity: 'must',
    expected: 'no surrogate without its pair in any event',
    source: SOURCES.client,
    remedy: 'Split texts between code points, never inside a pair: keep a trailing half for the next event.',
    ask: async (bot) => {
      const content = 'Repeat exactly: 😀👩‍👩‍👧🏳️‍🌈𝔘𝔫𝔦𝔠𝔬𝔡𝔢'
      const exchanges = [
        await bot.plain(),
        await bot.ask({ asked: 'a message with emoji', last: { content } }),
      ]
      return reviewStreams(halfCharacters)(exchanges, bot)
    },
  },
  {
    id: 'stream.broken-characters',
    title: 'Half a character that comes in',
    severity: 'should',
    expected: 'a whole answer without it',
    source: SOURCES.practice,
    remedy: 'Replace unpaired surrogates by U+FFFD, such as with toWellFormed(), before and after the model.',
    ask: async (bot) => {
      const content = 'Repeat exactly: \uD83D and \uDE00'
      const exchange = await bot.ask({ asked: 'half a character', valid: false, last: { content } })
      if (exchange.status !== 200) return broken(describeAnswer(exchange))
      return reviewStreams((stream) => [
        ...halfCharacters(stream),
        ...(countEvents(stream, 'done') === 0 ? ['no done event'] : []),
      ])([exchange], bot)
    },
  },
  {
    id: 'stream.encoding',
    title: 'UTF-8 without a byte order mark',
    severity: 'must',
    expected: 'valid UTF-8 from the first byte',
    source: SOURCES.eventStreams,
    remedy: 'Encode as UTF-8, and write nothing before the first event; some frameworks add a mark.',
    review: reviewStreams((stream) => violationsOf(stream, 'encoding')),
  },
  {
    id: 'stream.flushed',
    title: 'Neither compressed nor held back',
    severity: 'should',
    expected: 'no content-encoding although gzip is offered; events come as they are made',
    source: SOURCES.practice,
    remedy:
      'Exempt text/event-stream from compression and buffering, in the server and the proxy (proxy_buffering off).',
    ask: async (bot) => {
      const headers = { 'Accept-Encoding': 'gzip, deflate, br' }
      const exchange = await bot.ask({ asked: 'a client that takes gzip', headers })
      const encoding = exchange.headers['content-encoding']
      if (encoding !== undefined && encoding !== 'identity') return broken(`content-encoding: ${encoding}`)
      if (!exchange.stream) return broken(describeAnswer(exchange))
      const { events, spreadMs } = exchange.stream
      const isSlow = exchange.totalMs > bot.limits.firstEventMs / 5
      const held = isSlow && events.length >= 10 && spreadMs < exchange.totalMs / 10
      return held
        ? doubtful(`${events.length} events came at once after ${Math.round(exchange.totalMs)} ms`)
        : pass('as it is made')
    },
  },
]

function halfCharacters({ events }: SeenStream): readonly string[] {
  return events
    .filter(({ json }) => json !== undefined && Object.values(json).some(isIllFormed))
    .map(({ number, data }) => `event ${number} has half a character: ${lineExcerpt(data)}`)
}

function isIllFormed(value: unknown): boolean {
  return typeof value === 'string' && !value.isWellFormed()
}
