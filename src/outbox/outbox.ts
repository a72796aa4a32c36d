import { SpanKind } from '@opentelemetry/api'
import { AppError } from '../errors.ts'
import type { Json, Outbox } from '../inbound.ts'
import { BOTYARD } from '../trace-attributes.ts'
import { inSpan } from '../tracing.ts'
import type { Deliveries, HeldPart, LaneHold } from '../store/store.ts'

export interface OutboxOptions {
  readonly deliveries: Deliveries
  /** The lane of the message; who loses it records nothing any more. */
  readonly hold: LaneHold
  readonly messageId: string
  readonly channel: string
  /** Told when an earlier attempt may have left a placeholder whose id nobody knows. */
  readonly onAmbiguous: (part: number) => void
  /** Told of each part that was handed over, or was not, with the time that took; of a refusal without one. */
  readonly onDelivery?: ((outcome: 'confirmed' | 'failed' | 'refused', ms?: number) => void) | undefined
}

/** The door of the outbox room: the ledger of one message, as its handler sees it. */
export class MessageOutbox implements Outbox {
  readonly #options: OutboxOptions
  #refusal: string | null = null

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** Why the other side refuses the message for good; null when it does not. */
  get refusal(): string | null {
    return this.#refusal
  }

  async place(part: number, send: () => Promise<string>): Promise<string> {
    const { deliveries, onAmbiguous } = this.#options
    const held = this.#part(part)
    const before = await deliveries.beginPlacing(held)
    if (before === undefined) throw new AppError('interrupted')
    if (before.externalId !== null) return before.externalId
    if (before.ambiguous) onAmbiguous(part)
    const externalId = await this.#trace('place', part, () => this.#send(held, send))
    if (!(await deliveries.placed(held, externalId))) throw new AppError('interrupted')
    return externalId
  }

  async fill(part: number, content: Json, edit: (externalId: string) => Promise<void>): Promise<void> {
    const { deliveries } = this.#options
    const held = this.#part(part)
    const filled = await deliveries.beginFilling(held, content)
    if (filled === undefined) throw new AppError('interrupted')
    if (filled.confirmed) return
    await this.#trace('fill', part, () => this.#measure(() => edit(filled.externalId)))
    await deliveries.confirm(held)
  }

  async refuse(reason: string): Promise<void> {
    const { deliveries, hold, messageId } = this.#options
    await deliveries.refuse(hold, messageId, reason)
    this.#refusal = reason
    this.#options.onDelivery?.('refused')
  }

  async #measure(edit: () => Promise<void>): Promise<void> {
    const { onDelivery } = this.#options
    const begun = performance.now()
    try {
      await edit()
    } catch (error) {
      onDelivery?.('failed', performance.now() - begun)
      throw error
    }
    onDelivery?.('confirmed', performance.now() - begun)
  }

  #trace<Result>(step: string, part: number, run: () => Promise<Result>): Promise<Result> {
    const { channel, messageId } = this.#options
    const attributes = { [BOTYARD.channel]: channel, [BOTYARD.message]: messageId, [BOTYARD.part]: part }
    return inSpan(`deliver ${channel} ${step}`, { kind: SpanKind.CLIENT, attributes }, run)
  }

  async #send(held: HeldPart, send: () => Promise<string>): Promise<string> {
    try {
      return await send()
    } catch (error) {
      // Anything else, such as a broken connection, leaves open whether it arrived.
      if (error instanceof AppError) await this.#options.deliveries.notPlaced(held, error.message)
      throw error
    }
  }

  #part(part: number): HeldPart {
    const { hold, messageId } = this.#options
    return { hold, messageId, part }
  }
}
