import { leavesEarly, type Exchange, type ObservedStream } from './exchange.ts'
import type { PoeBot } from './poe-bot.ts'
import { judge, skip, type Verdict } from './poe-check.ts'
import type { StreamEvent, ViolationKind } from './strict-event-stream.ts'

/** A stream that was meant to be read to its end. */
export interface SeenStream extends ObservedStream {
  readonly exchange: Exchange
}

/** What is wrong with one stream: nothing, one thing, or several. */
type Problems = readonly string[] | string | undefined

/** Streams of all queries, without those that were left early on purpose. */
export function wholeStreams(exchanges: readonly Exchange[]): readonly SeenStream[] {
  return exchanges.flatMap((exchange) => {
    const { stream, request } = exchange
    return stream && request.kind === 'query' && !leavesEarly(request) ? [{ ...stream, exchange }] : []
  })
}

/** A review that asks every whole stream for its problems. */
export function reviewStreams(
  problemsOf: (stream: SeenStream, bot: PoeBot) => Problems,
): (exchanges: readonly Exchange[], bot: PoeBot) => Verdict {
  return (exchanges, bot) => {
    const streams = wholeStreams(exchanges)
    if (streams.length === 0) return skip('no query was answered with an event stream')
    const problems = streams.flatMap((stream) => quote(stream, problemsOf(stream, bot)))
    return judge(problems, `no fault in ${streams.length} streams`)
  }
}

/** A review of all events with one of these names; skipped when there were none. */
export function reviewEvents(
  names: readonly string[],
  problemsOf: (event: StreamEvent, stream: SeenStream) => Problems,
): (exchanges: readonly Exchange[], bot: PoeBot) => Verdict {
  return (exchanges) => {
    const streams = wholeStreams(exchanges)
    const found = streams.flatMap((stream) =>
      stream.events.filter(({ name }) => names.includes(name)).map((event) => ({ event, stream })),
    )
    if (found.length === 0)
      return skip(`no ${names.join(' or ')} event was seen; --bot-query can ask for one`)
    const problems = found.flatMap(({ event, stream }) =>
      quote(stream, problemsOf(event, stream)).map((problem) => `${problem} (event ${event.number})`),
    )
    return judge(problems, `${found.length} seen`)
  }
}

function quote({ exchange }: SeenStream, problems: Problems): readonly string[] {
  const list = typeof problems === 'string' ? [problems] : (problems ?? [])
  return list.map((problem) => `${exchange.request.asked}: ${problem}`)
}

/** What is wrong with the bytes of a stream, of one kind. */
export function violationsOf({ violations }: SeenStream, kind: ViolationKind): readonly string[] {
  return violations.filter((violation) => violation.kind === kind).map(({ message }) => message)
}
