import type { Tracer } from '@opentelemetry/api'
import type { Answer, ConverseRequest } from '../conversation.ts'
import { AppError } from '../errors.ts'
import type { InboundMessage, InboxHandler } from '../inbound.ts'
import { attemptOf, type LaneWorker } from '../lanes/lanes.ts'
import type { ClaimedLane, InboxEnd, InboxMessage, Store } from '../store/store.ts'
import { BatchedAccept } from './batched-accept.ts'
import { LaneBell } from './lane-bell.ts'
import { describeWork } from '../tracing.ts'
import { MessageGroup } from './message-group.ts'
import { runHandler } from './run-handler.ts'
import { traceGroup } from './trace-group.ts'

export interface DeliveryReport {
  readonly channel: string
  readonly outcome: 'confirmed' | 'failed' | 'refused' | 'ambiguous'
  /** How long it took; absent where there was nothing to wait for. */
  readonly ms?: number
}

export interface MessageInboxOptions {
  readonly store: Pick<Store, 'inbox' | 'deliveries' | 'lanes'>
  /** How each channel answers, by its name. */
  readonly handlers: ReadonlyMap<string, InboxHandler>
  readonly converse: (request: ConverseRequest) => Promise<Answer>
  /** Resolves when the turn does not run in this process. */
  readonly turnOver: (turnId: string) => Promise<void>
  /** Goes on with the traces in which messages were accepted. Default: traces are off. */
  readonly tracer?: Tracer | undefined
  /** From this attempt on a failure sends a message to the dead letters. */
  readonly maxAttempts: number
  /** Told when a message was accepted. */
  readonly onAccepted: () => void
  /** Told of each part of an answer that was handed to a channel, or was not. Default: nobody. */
  readonly onDelivery?: (delivery: DeliveryReport) => void
  readonly onAmbiguous: (delivery: { readonly messageId: string; readonly part: number }) => void
}

const LEFT_TO_OTHERS_MS = 3_600_000
/** How soon another server may have claimed the lane, or this one looks again. */
const OTHERS_TURN_MS = 5_000

/** Accepts messages durably and answers them, those of one conversation in order. */
export class MessageInbox implements LaneWorker {
  readonly #options: MessageInboxOptions
  readonly #accepting: BatchedAccept
  readonly #bell = new LaneBell()

  constructor(options: MessageInboxOptions) {
    this.#options = options
    this.#accepting = new BatchedAccept(options.store.inbox)
  }

  /** See `Host.accept`. */
  async accept(message: InboundMessage): Promise<'accepted' | 'duplicate'> {
    this.#requireHandler(message)
    const fresh = await this.#accepting.accept({ ...message, trace: describeWork() })
    if (!fresh) return 'duplicate'
    this.#options.onAccepted()
    this.#bell.ring(message.conversation)
    return 'accepted'
  }

  /** Answers the first messages of a lane, and records how that ended. */
  async work(lane: ClaimedLane, signal: AbortSignal): Promise<void> {
    const { store, maxAttempts } = this.#options
    const group = await MessageGroup.load(store.inbox, lane, (message) => this.#findHandler(message))
    if (group === undefined) {
      await store.lanes.settle(lane)
      return
    }
    if (group.handler === undefined) return await this.#leaveToOthers(lane, group.messages[0])
    const options = { ...this.#options, lane, signal, bell: this.#bell }
    const refusal = await traceGroup({ group, lane, tracer: this.#options.tracer }, () =>
      runHandler(group, { ...options, lastAttempt: attemptOf(lane) >= maxAttempts }),
    )
    if (signal.aborted) return
    const end: InboxEnd =
      refusal === null ? { outcome: 'answered', error: null } : { outcome: 'refused', error: refusal }
    await this.#finish(lane, group.messages, end)
  }

  async bury(lane: ClaimedLane, error: string): Promise<void> {
    const group = await MessageGroup.load(this.#options.store.inbox, lane, () => undefined)
    if (group === undefined) await this.#options.store.lanes.bury(lane, error)
    else await this.#finish(lane, group.messages, { outcome: 'dead', error })
  }

  async #finish(lane: ClaimedLane, messages: readonly InboxMessage[], end: InboxEnd): Promise<void> {
    const ids = messages.map(({ id }) => id)
    await this.#options.store.inbox.finish(lane, ids, end)
  }

  /** While servers are replaced, only the new ones may have the channel or the bot. */
  async #leaveToOthers(lane: ClaimedLane, { conversation, acceptedAt }: InboxMessage): Promise<void> {
    const { bot, channel } = conversation
    const error = `this server does not have the bot "${bot}" on the channel "${channel}"`
    if (Date.now() - acceptedAt.getTime() > LEFT_TO_OTHERS_MS)
      throw new AppError('channel_unauthorized', { cause: new Error(error) })
    await this.#options.store.lanes.postpone(lane, { delayMs: OTHERS_TURN_MS, counted: false, error })
  }

  #findHandler(message: InboundMessage): InboxHandler | undefined {
    const handler = this.#options.handlers.get(message.conversation.channel)
    return handler?.serves?.(message) === false ? undefined : handler
  }

  #requireHandler({ conversation }: InboundMessage): void {
    if (this.#options.handlers.has(conversation.channel)) return
    throw new AppError('internal', { cause: new Error(`the channel "${conversation.channel}" has no inbox`) })
  }
}
