import type { Answer } from '../conversation.ts'
import { AppError } from '../errors.ts'
import type { LoggedEvent } from '../events.ts'
import type { MessageWork } from '../inbound.ts'
import { MessageOutbox } from '../outbox/outbox.ts'
import type { ClaimedLane, InboxMessage } from '../store/store.ts'
import type { LaneBell } from './lane-bell.ts'
import type { MessageGroup } from './message-group.ts'
import type { MessageInboxOptions } from './message-inbox.ts'

export interface HandlerOptions extends MessageInboxOptions {
  readonly lane: ClaimedLane
  /** Aborts when the lane is lost or handed over. */
  readonly signal: AbortSignal
  readonly bell: LaneBell
  readonly lastAttempt: boolean
}

/** How often messages are looked for that other replicas accepted, while a turn may still be steered. */
const LOOK_MS = 500

/**
 * Has a group answered, and anew, with what joins it, as long as nothing was said (`steer`). Resolves with the reason
 * when the other side refuses the answer for good, else with null.
 */
export async function runHandler(group: MessageGroup, options: HandlerOptions): Promise<string | null> {
  while (true) {
    const attempt = new HandlerAttempt(group, options)
    const { refusal, followers } = await attempt.run()
    if (followers === undefined) return refusal
    await options.turnOver(group.turnId)
    await group.grow(followers)
  }
}

interface AttemptEnd {
  readonly refusal: string | null
  /** Messages that came while nothing was said yet, and for which the attempt was given up. */
  readonly followers?: readonly InboxMessage[]
}

class HandlerAttempt {
  readonly #group: MessageGroup
  readonly #options: HandlerOptions
  readonly #steering = new AbortController()
  #followers: readonly InboxMessage[] | undefined
  #spoken = false

  constructor(group: MessageGroup, options: HandlerOptions) {
    this.#group = group
    this.#options = options
  }

  async run(): Promise<AttemptEnd> {
    const outbox = this.#createOutbox()
    const stopWatching = this.#group.grows ? this.#watch() : noop
    try {
      await this.#group.handler?.handle(this.#createWork(outbox))
    } catch (error) {
      if (this.#followers === undefined || this.#options.signal.aborted) throw error
    } finally {
      stopWatching()
    }
    return { refusal: outbox.refusal, ...(this.#followers && { followers: this.#followers }) }
  }

  #createOutbox(): MessageOutbox {
    const { store, lane, onAmbiguous, onDelivery } = this.#options
    const messageId = this.#group.turnId
    const { channel } = this.#group.messages[0].conversation
    return new MessageOutbox({
      deliveries: store.deliveries,
      hold: lane,
      messageId,
      channel,
      onAmbiguous: (part) => {
        onDelivery?.({ channel, outcome: 'ambiguous' })
        onAmbiguous({ messageId, part })
      },
      onDelivery: (outcome, ms) => onDelivery?.({ channel, outcome, ...(ms !== undefined && { ms }) }),
    })
  }

  #createWork(outbox: MessageOutbox): MessageWork {
    const { lane, lastAttempt } = this.#options
    const signal = AbortSignal.any([this.#options.signal, this.#steering.signal])
    return {
      id: this.#group.turnId,
      messages: this.#group.messages,
      attempt: lane.attempts,
      lastAttempt,
      signal,
      converse: (request) => this.#converse(request, signal),
      outbox,
    }
  }

  async #converse(request: Parameters<MessageWork['converse']>[0], signal: AbortSignal): Promise<Answer> {
    const messageId = this.#group.turnId
    const { turnId, events } = await this.#options.converse({
      ...request,
      messageId,
      takeOver: true,
      waitedMs: Math.max(0, Date.now() - this.#group.messages[0].acceptedAt.getTime()),
      signal,
      readerLeft: signal,
    })
    return { turnId, events: this.#noticeSpeech(events) }
  }

  async *#noticeSpeech(events: AsyncIterable<LoggedEvent>): AsyncGenerator<LoggedEvent, void> {
    for await (const logged of events) {
      this.#spoken ||= SPEECH.has(logged.event.type)
      yield logged
    }
  }

  /** Gives the attempt up when a message comes that joins it. Returns what ends the watching. */
  #watch(): () => void {
    const look = (): void => void this.#steer().catch(noop)
    const timer = setInterval(look, LOOK_MS)
    const stopListening = this.#options.bell.listen(this.#group.messages[0].conversation, look)
    return () => {
      clearInterval(timer)
      stopListening()
    }
  }

  async #steer(): Promise<void> {
    if (this.#spoken || this.#followers !== undefined) return
    const followers = await this.#group.findFollowers()
    if (followers.length === 0 || this.#spoken || this.#followers !== undefined) return
    this.#followers = followers
    this.#steering.abort(new AppError('interrupted'))
  }
}

/** What a person has heard cannot be taken back; tools may have had their effect. */
const SPEECH: ReadonlySet<string> = new Set([
  'text-delta',
  'replace',
  'file',
  'audio',
  'tool-call-start',
  'end',
  'error',
])

function noop(): void {
  // The next look sees what this one could not.
}
