import { describeAnswer } from '../answer-problem.ts'
import { lineExcerpt } from '../excerpt.ts'
import { countEvents, type Exchange } from '../exchange.ts'
import type { PoeBot } from '../poe-bot.ts'
import { judge, pass, skip, type PoeCheck, type Verdict } from '../poe-check.ts'
import { reviewEvents, wholeStreams, type SeenStream } from '../review-streams.ts'
import { SOURCES, specification } from '../sources.ts'
import type { StreamEvent } from '../strict-event-stream.ts'

const ERROR = specification('error event')
const ERROR_TYPES = [
  'user_message_too_long',
  'insufficient_fund',
  'user_caused_error',
  'privacy_authorization_error',
]

/** What stack traces, exceptions and paths look like in the languages bots are written in. */
const LEAKS: readonly RegExp[] = [
  /Traceback \(most recent call last\)/,
  /\bFile "[^"]+", line \d+/,
  /\n\s+at [^\n]{1,120}:\d+:\d+\)?/,
  /\bat [\w$.]+\([\w$]+\.(?:java|kt|cs|scala):\d+\)/,
  /\b[A-Z]\w*(?:Error|Exception)\(/,
  /\b[A-Z]\w*(?:Error|Exception): /,
  /\bpanic: |goroutine \d+ \[/,
  /(?:^|[\s"'(])\/(?:app|home|opt|root|srv|usr|var|Users|workspace)\/[\w./-]+/,
  /\bnode_modules\b|\bsite-packages\b/,
]

/** Rules about failing: every failure is an error event that says enough and not too much. */
export const ERROR_CHECKS: readonly PoeCheck[] = [
  {
    id: 'error.as-event',
    title: 'A failure is an error event, not a status',
    severity: 'must',
    expected: 'HTTP 200, then error and done, for every query that is well formed',
    source: specification('query, response'),
    remedy:
      'Catch what goes wrong while answering, and send an error event with allow_retry and a text, then done.',
    review: (exchanges) => {
      const queries = exchanges.filter(({ request }) => request.kind === 'query' && request.valid !== false)
      const failed = queries.filter(
        ({ status, request }) =>
          status !== undefined && status !== 200 && request.headers?.['Authorization'] === undefined,
      )
      const problems = failed.map((exchange) => `${exchange.request.asked}: ${describeAnswer(exchange)}`)
      if (
        problems.length === 0 &&
        queries.every(({ stream }) => !stream || countEvents(stream, 'error') === 0)
      )
        return skip('no query failed; --bot-query can ask one that makes the bot fail')
      return judge(problems, 'HTTP 200 with an error event')
    },
  },
  {
    id: 'error.after-text',
    title: 'A failure in the middle of an answer',
    severity: 'must',
    expected: 'text, then error, then done; never just the end of the connection',
    source: SOURCES.server,
    remedy: 'Keep the stream open when the model fails, and send error and done.',
    review: (exchanges) => {
      const streams = wholeStreams(exchanges).filter(
        (stream) => countEvents(stream, 'text', 'replace_response') > 0,
      )
      const cut = streams.filter(
        (stream) =>
          stream.exchange.ending !== 'deadline' &&
          stream.exchange.ending !== 'limit' &&
          countEvents(stream, 'done') === 0,
      )
      const failed = streams.filter((stream) => countEvents(stream, 'error') > 0)
      if (cut.length === 0 && failed.length === 0)
        return skip('no answer failed after its first text; --bot-query can ask for one')
      return judge(
        cut.map(({ exchange }) => `${exchange.request.asked}: text, then neither error nor done`),
        'text, error, done',
      )
    },
  },
  {
    id: 'error.no-leak',
    title: 'Errors do not tell of the inside',
    severity: 'must',
    expected: 'no stack, path or exception in text, raw_response or the body of an error',
    source: SOURCES.practice,
    remedy: 'Send sentences you wrote for people; keep exceptions in your log. raw_response goes to Poe.',
    review: reviewLeaks,
  },
  {
    id: 'error.type',
    title: 'Types of errors',
    severity: 'must',
    expected: `error_type is one of ${ERROR_TYPES.join(', ')}, or absent`,
    source: SOURCES.types,
    remedy: 'Use one of the four types, or leave error_type out.',
    review: reviewErrors(({ json }) => {
      const type = json?.['error_type']
      if (type === undefined || type === null || ERROR_TYPES.some((known) => known === type)) return undefined
      return `error_type is ${lineExcerpt(JSON.stringify(type))}`
    }),
  },
  {
    id: 'error.too-long',
    title: 'A message that is too long is not tried again',
    severity: 'must',
    expected: 'user_message_too_long with allow_retry false',
    source: ERROR,
    remedy: 'Set allow_retry to false: the same message is as long the next time.',
    review: reviewErrorsOf('user_message_too_long'),
  },
  {
    id: 'error.model-failure',
    title: 'A failure of the model may be tried again',
    severity: 'must',
    expected: 'allow_retry true after a limit, a timeout or a 5xx of the provider',
    source: ERROR,
    remedy: 'Set allow_retry to true when the same message may succeed later.',
    skip: 'the model of a bot cannot be made to fail from outside',
  },
  {
    id: 'error.user-caused',
    title: 'A fault of the user is not tried again',
    severity: 'must',
    expected: 'user_caused_error with allow_retry false',
    source: SOURCES.types,
    remedy: 'Set allow_retry to false when the message has to change first.',
    review: reviewErrorsOf('user_caused_error'),
  },
  {
    id: 'error.allow-retry',
    title: 'allow_retry is true or false',
    severity: 'must',
    expected: 'a boolean, or absent; null is read as false',
    source: `${ERROR}; ${SOURCES.client}`,
    remedy: 'Send a boolean.',
    review: reviewErrors(({ json }) => {
      const retry = json?.['allow_retry']
      return retry === undefined || typeof retry === 'boolean'
        ? undefined
        : `allow_retry is ${lineExcerpt(JSON.stringify(retry))}`
    }),
  },
  {
    id: 'error.then-done',
    title: 'Only done follows an error',
    severity: 'must',
    expected: 'error, done',
    source: `${ERROR}; ${SOURCES.server}`,
    remedy: 'Stop the answer at the error: Poe closes the connection there.',
    review: reviewErrors(({ number }, { events }) => {
      const next = events[number]
      return next && next.name !== 'done' ? `"${next.name}" follows the error` : undefined
    }),
  },
]

function reviewErrors(
  problemOf: (event: StreamEvent, stream: SeenStream) => string | undefined,
): (exchanges: readonly Exchange[], bot: PoeBot) => Verdict {
  return reviewEvents(['error'], problemOf)
}

function reviewErrorsOf(type: string): (exchanges: readonly Exchange[]) => Verdict {
  return (exchanges) => {
    const events = wholeStreams(exchanges).flatMap((stream) => stream.events)
    const found = events.filter(({ name, json }) => name === 'error' && json?.['error_type'] === type)
    if (found.length === 0)
      return skip(`no error with error_type "${type}" was seen; --bot-query can ask for one`)
    const retried = found.filter(({ json }) => json?.['allow_retry'] !== false)
    return judge(
      retried.map(({ data }) => `allow_retry is not false: ${lineExcerpt(data)}`),
      'allow_retry false',
    )
  }
}

function reviewLeaks(exchanges: readonly Exchange[]): Verdict {
  const texts = exchanges.flatMap((exchange) => {
    const events = exchange.stream?.events.filter(({ name }) => name === 'error') ?? []
    const spoken = events
      .flatMap(({ json }) => [json?.['text'], json?.['raw_response']])
      .map((said) => textOf(said))
    const failed = exchange.status !== undefined && exchange.status >= 400
    return [...spoken, ...(failed ? [exchange.body] : [])].map((text) => ({
      text,
      asked: exchange.request.asked,
    }))
  })
  if (texts.length === 0) return skip('no error was seen')
  const problems = texts.flatMap(({ text, asked }) => {
    const leak = LEAKS.map((pattern) => pattern.exec(text)?.[0]).find((found) => found !== undefined)
    return leak === undefined ? [] : [`${asked}: ${lineExcerpt(leak.trim())}`]
  })
  return problems.length === 0 ? pass(`in none of ${texts.length} error texts`) : judge(problems, '')
}

function textOf(said: unknown): string {
  return typeof said === 'string' ? said : (JSON.stringify(said) ?? '')
}
