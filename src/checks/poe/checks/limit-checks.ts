import { describeAnswer } from '../answer-problem.ts'
import { leavesEarly, type Exchange } from '../exchange.ts'
import type { PoeBot } from '../poe-bot.ts'
import { broken, doubtful, judge, pass, skip, type PoeCheck, type Verdict } from '../poe-check.ts'
import { reviewStreams, wholeStreams, type SeenStream } from '../review-streams.ts'
import { SOURCES, specification } from '../sources.ts'

const LIMITS = specification('Limits')

/** Rules about how soon, how long and how much. */
export const LIMIT_CHECKS: readonly PoeCheck[] = [
  {
    id: 'limit.first-byte',
    title: 'The first byte of any answer',
    severity: 'must',
    expected: 'within 5 s, of settings, queries and reports alike',
    source: LIMITS,
    remedy: 'Answer first and work later: send the head of the answer before you call anything slow.',
    review: (exchanges, { limits }) => {
      const answered = exchanges.filter(({ request }) => request.valid !== false && !leavesEarly(request))
      const late = answered.filter(({ firstByteMs = Infinity }) => firstByteMs > limits.firstEventMs)
      const slowest = Math.max(0, ...answered.map(({ firstByteMs = 0 }) => firstByteMs))
      return judge(
        late.map((exchange) => `${exchange.request.asked}: ${describeDelay(exchange)}`),
        `at the latest after ${Math.round(slowest)} ms`,
      )
    },
  },
  {
    id: 'limit.first-event',
    title: 'The first event of an answer',
    severity: 'must',
    expected: 'within 5 s, also when the model needs longer',
    source: LIMITS,
    remedy: 'Send meta at once, before the model is asked.',
    review: (exchanges, bot) => {
      const verdict = reviewStreams(({ firstEventMs = Infinity, exchange }, { limits }) =>
        firstEventMs > limits.firstEventMs ? `first event ${describeMs(firstEventMs, exchange)}` : undefined,
      )(exchanges, bot)
      const slowest = Math.max(0, ...wholeStreams(exchanges).map(({ firstEventMs = 0 }) => firstEventMs))
      return verdict.status === 'pass'
        ? { ...verdict, seen: `at the latest after ${Math.round(slowest)} ms` }
        : verdict
    },
  },
  {
    id: 'limit.events',
    title: 'Events of one answer',
    severity: 'must',
    expected: 'at most 10,000, meta and done among them',
    source: LIMITS,
    remedy: 'Join what the model says within some 20 ms into one text event.',
    review: reviewLargest(({ events }) => events.length, 'events'),
  },
  {
    id: 'limit.length',
    title: 'Characters of one answer',
    severity: 'must',
    expected: 'at most 512,000 in all text events together',
    source: LIMITS,
    remedy: 'Count what you send, and end with a sentence that says so before the limit.',
    review: reviewLargest(({ textLength }) => textLength, 'textLength'),
  },
  {
    id: 'limit.whole-answer',
    title: 'The time of one answer',
    severity: 'must',
    expected: 'done within 3600 s',
    source: LIMITS,
    remedy: 'Set a deadline below an hour, and end with error and done when it comes.',
    review: (exchanges, { limits, target }) => {
      const streams = wholeStreams(exchanges)
      if (streams.length === 0) return skip('no query was answered with an event stream')
      const long = streams.filter(({ exchange }) => exchange.totalMs > limits.wholeAnswerMs)
      const open = streams.filter(({ exchange }) => exchange.ending === 'deadline')
      if (long.length === 0 && open.length > 0)
        return doubtful(
          `${open.length} answers had not ended after ${target.timeoutMs / 1000} s; --timeout waits longer`,
        )
      return judge(
        long.map(({ exchange }) => `${exchange.request.asked}: ${(exchange.totalMs / 1000).toFixed(1)} s`),
        'all ended',
      )
    },
  },
  {
    id: 'limit.rate',
    title: 'A user who asks too often',
    severity: 'must',
    expected: 'an error event the user can read, never HTTP 429',
    source: SOURCES.operation,
    remedy: 'Count per user_id, not per address: all requests come from Poe. Say it in an error event.',
    review: (exchanges) => {
      const refused = exchanges.filter(({ status }) => status === 429)
      if (refused.length === 0) return skip('no limit was met')
      return broken(
        refused
          .map(({ request }) => `${request.asked}: HTTP 429`)
          .slice(0, 3)
          .join('; '),
      )
    },
  },
]

/** Compares what is measured of each stream with its limit, and tells the largest. */
function reviewLargest(
  measure: (stream: SeenStream) => number,
  limit: 'events' | 'textLength',
): (exchanges: readonly Exchange[], bot: PoeBot) => Verdict {
  const unit = limit === 'events' ? 'events' : 'characters'
  return (exchanges, bot) => {
    const verdict = reviewStreams((stream) =>
      measure(stream) > bot.limits[limit] ? `${measure(stream)} ${unit}` : undefined,
    )(exchanges, bot)
    if (verdict.status !== 'pass') return verdict
    return pass(`at most ${Math.max(...wholeStreams(exchanges).map((stream) => measure(stream)))} ${unit}`)
  }
}

function describeDelay(exchange: Exchange): string {
  const { firstByteMs } = exchange
  return firstByteMs === undefined ? describeAnswer(exchange) : `${(firstByteMs / 1000).toFixed(1)} s`
}

function describeMs(ms: number, { failure }: Exchange): string {
  return Number.isFinite(ms)
    ? `after ${(ms / 1000).toFixed(1)} s`
    : `never: ${failure ?? 'the body was empty'}`
}
