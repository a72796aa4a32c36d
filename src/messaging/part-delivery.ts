import type { Json, MessageWork } from '../inbound.ts'
import { CallFailure, failureOf, isCallFailure, toChannelError } from './call-failure.ts'
import { tryAgain } from './try-again.ts'

/** How a channel puts one message into a chat. Both calls throw a `CallFailure` when they fail. */
export interface PartChannel<Part> {
  /** Sends a placeholder and resolves with its id; not broken off, or nobody would know the id. */
  send(): Promise<string>
  /** Puts the part in the place of the placeholder; may be repeated. `missing`: the part gets a new placeholder. */
  update(id: string, part: Part): Promise<void>
  /** What the ledger keeps of the part. */
  toJson(part: Part): Json
}

/** Parts with these numbers take the place of parts whose message went away. */
const SUBSTITUTES = 100_000

/**
 * Puts an answer into a chat by the rule for channels whose sends cannot be repeated: a placeholder is sent and its id
 * recorded, then the text is put there by an update, which may be repeated.
 */
export class PartDelivery<Part> {
  readonly #work: Pick<MessageWork, 'outbox' | 'signal'>
  readonly #channel: PartChannel<Part>

  constructor(work: Pick<MessageWork, 'outbox' | 'signal'>, channel: PartChannel<Part>) {
    this.#work = work
    this.#channel = channel
  }

  /**
   * Delivers the parts, numbered from `first`, those that were delivered before excepted. Whoever cannot be written to
   * gets nothing, and that is recorded. Throws a coded error.
   */
  async deliver(parts: readonly Part[], first: number): Promise<void> {
    await this.#unlessGone(async () => {
      for (const [index, part] of parts.entries()) await this.#put(first + index, part)
    })
  }

  /**
   * Makes room for the first part, before something is done that is not to be done again because nothing could be sent.
   * False for whoever cannot be written to, which is recorded. Throws a coded error.
   */
  prepare(): Promise<boolean> {
    return this.#unlessGone(() => this.place(0))
  }

  /** The id of the message that is to hold the part of this number. */
  place(index: number): Promise<string> {
    return this.#work.outbox.place(index, () => this.#sendPlaceholder())
  }

  async #unlessGone(send: () => Promise<unknown>): Promise<boolean> {
    try {
      await send()
      return true
    } catch (error) {
      this.#work.signal.throwIfAborted()
      const failure = failureOf(error)
      if (failure?.kind !== 'gone') throw toChannelError(error)
      await this.#work.outbox.refuse(failure.message)
      return false
    }
  }

  async #put(index: number, part: Part): Promise<void> {
    await this.place(index)
    const content = this.#channel.toJson(part)
    await this.#work.outbox.fill(index, content, (id) => this.#update(id, part, index))
  }

  async #sendPlaceholder(): Promise<string> {
    try {
      return await tryAgain(() => this.#channel.send(), ['unreachable'], this.#work.signal)
    } catch (error) {
      // The ledger takes a coded error for a message that was surely not sent.
      throw isCallFailure(error, 'unknown') ? error : toChannelError(error)
    }
  }

  async #update(id: string, part: Part, index: number): Promise<void> {
    try {
      await this.#channel.update(id, part)
    } catch (error) {
      if (!isCallFailure(error, 'missing')) throw error
      if (index >= SUBSTITUTES) throw new CallFailure(error.message, { kind: 'gone' })
      // Somebody deleted the placeholder.
      await this.#put(index + SUBSTITUTES, part)
    }
  }
}
