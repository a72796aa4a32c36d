import { SpanKind, type Tracer } from '@opentelemetry/api'
import type { ClaimedLane } from '../store/store.ts'
import { BOTYARD, GEN_AI } from '../trace-attributes.ts'
import { inSpan, parseWork, runWork } from '../tracing.ts'
import type { MessageGroup } from './message-group.ts'

interface TracedGroup {
  readonly group: MessageGroup
  readonly lane: ClaimedLane
  readonly tracer: Tracer | undefined
}

/** Goes on with the request that brought the first message, on whichever replica it was accepted. */
export function traceGroup<Result>(
  { group, lane, tracer }: TracedGroup,
  run: () => Promise<Result>,
): Promise<Result> {
  const [first] = group.messages
  const { channel, bot } = first.conversation
  const attributes = {
    [BOTYARD.channel]: channel,
    [BOTYARD.message]: group.turnId,
    [BOTYARD.attempt]: lane.attempts,
    [GEN_AI.agent]: bot,
  }
  return runWork({ ...parseWork(first.trace), tracer }, () =>
    inSpan(`process ${channel}`, { kind: SpanKind.CONSUMER, attributes }, run),
  )
}
