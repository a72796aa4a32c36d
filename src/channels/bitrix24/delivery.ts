import { setTimeout as delay } from 'node:timers/promises'
import type { Json, MessageWork } from '../../inbound.ts'
import { BitrixFailure, failureOf, isFailure, toChannelError, type FailureKind } from './bitrix-failure.ts'
import type { Portal } from './portal.ts'

/** One message of an answer. */
export interface AnswerPart {
  /** BBCode. */
  readonly text: string
  /** Under the message; pressing one sends its text. */
  readonly suggestions?: readonly string[]
}

export interface DeliveryOptions {
  readonly portal: Portal
  readonly work: Pick<MessageWork, 'outbox' | 'signal'>
  readonly dialogId: string
}

/** What stands in a chat until the answer does; a crash can leave this behind, never a second answer. */
const PLACEHOLDER = '…'
/** Parts with these numbers take the place of parts whose message went away. */
const SUBSTITUTES = 100_000
/** In milliseconds; what takes longer is the lane's to wait for. */
const PAUSES = [250, 1_000] as const

/**
 * Puts an answer into a chat by the rule for channels whose sends cannot be repeated: a placeholder is sent and its id
 * recorded, then the text is put there by an update, which may be repeated.
 */
export class Delivery {
  readonly #portal: Portal
  readonly #work: DeliveryOptions['work']
  readonly #dialogId: string

  constructor({ portal, work, dialogId }: DeliveryOptions) {
    this.#portal = portal
    this.#work = work
    this.#dialogId = dialogId
  }

  /** Delivers the parts, numbered from `first`, those that were delivered before excepted. Who cannot be written to is recorded. */
  async deliver(parts: readonly AnswerPart[], first: number = 0): Promise<void> {
    try {
      for (const [index, part] of parts.entries()) await this.#put(first + index, part)
    } catch (error) {
      this.#work.signal.throwIfAborted()
      const failure = failureOf(error)
      if (failure?.kind !== 'gone') throw toChannelError(error)
      await this.#work.outbox.refuse(failure.message)
    }
  }

  /** Shows a part of an answer that is still being written, if there is room for that. */
  async preview(part: AnswerPart): Promise<void> {
    const id = await this.#work.outbox.place(0, () => this.#sendPlaceholder())
    const { method, parameters } = await this.#describeUpdate(id, part)
    await this.#portal.courtesy(method, parameters, this.#work.signal)
  }

  async #put(index: number, part: AnswerPart): Promise<void> {
    const { outbox } = this.#work
    await outbox.place(index, () => this.#sendPlaceholder())
    await outbox.fill(index, toJson(part), (id) => this.#update(id, part, index))
  }

  async #sendPlaceholder(): Promise<string> {
    try {
      return await this.#tryAgain(() => this.#send(), ['unreachable'])
    } catch (error) {
      // The ledger takes a coded error for a message that was surely not sent.
      throw isFailure(error, 'unknown') ? error : toChannelError(error)
    }
  }

  async #send(): Promise<string> {
    const { id: botId, api } = await this.#bot()
    // Broken off, it would leave a placeholder whose id nobody knows; it ends by its deadline anyway.
    const { signal } = new AbortController()
    this.#work.signal.throwIfAborted()
    const dialogId = this.#dialogId
    if (api === 'v1') {
      const message = { BOT_ID: botId, DIALOG_ID: dialogId, MESSAGE: PLACEHOLDER }
      return String(await this.#portal.call('imbot.message.add', message, signal))
    }
    const fields = { message: PLACEHOLDER, urlPreview: false }
    const sent = await this.#portal.call('imbot.v2.Chat.Message.send', { botId, dialogId, fields }, signal)
    const id = (sent as { readonly id?: unknown } | undefined)?.id
    if (typeof id === 'number' || typeof id === 'string') return String(id)
    throw new BitrixFailure('the message was sent without an id', { kind: 'unknown' })
  }

  async #update(id: string, part: AnswerPart, index: number): Promise<void> {
    try {
      const { method, parameters } = await this.#describeUpdate(id, part)
      const update = (): Promise<unknown> => this.#portal.call(method, parameters, this.#work.signal)
      await this.#tryAgain(update, ['unreachable', 'unknown'])
    } catch (error) {
      if (!isFailure(error, 'missing')) throw error
      if (index >= SUBSTITUTES) throw new BitrixFailure(error.message, { kind: 'gone' })
      // Somebody deleted the placeholder.
      await this.#put(index + SUBSTITUTES, part)
    }
  }

  async #describeUpdate(
    id: string,
    { text, suggestions = [] }: AnswerPart,
  ): Promise<{ readonly method: string; readonly parameters: object }> {
    const { id: botId, api } = await this.#bot()
    const keyboard = suggestions.length > 0 && { BOT_ID: botId, BUTTONS: suggestions.map(toButton) }
    if (api === 'v1')
      return {
        method: 'imbot.message.update',
        parameters: {
          BOT_ID: botId,
          MESSAGE_ID: id,
          MESSAGE: text,
          URL_PREVIEW: 'N',
          ...(keyboard && { KEYBOARD: keyboard }),
        },
      }
    const fields = { message: text, urlPreview: 'N', ...(keyboard && { keyboard }) }
    return {
      method: 'imbot.v2.Chat.Message.update',
      parameters: { botId, messageId: Number(id), fields },
    }
  }

  async #bot(): Promise<{ readonly id: number; readonly api: 'v1' | 'v2' }> {
    const bot = (await this.#portal.state())?.bot ?? (await this.#portal.read())?.bot
    if (bot) return bot
    throw new BitrixFailure('the bot is not registered at the portal', { kind: 'no-bot' })
  }

  /** Makes the call, and soon again when it failed in one of these ways, after which it is safe to repeat. */
  async #tryAgain<Result>(call: () => Promise<Result>, kinds: readonly FailureKind[]): Promise<Result> {
    const { signal } = this.#work
    for (const pause of PAUSES) {
      try {
        return await call()
      } catch (error) {
        if (!isFailure(error, ...kinds)) throw error
      }
      await delay(pause, undefined, { signal }).catch(() => signal.throwIfAborted())
    }
    return call()
  }
}

/** What the button says is what it sends, so nobody says something unseen. Source: b24restdocs, message-keyboards. */
function toButton(text: string): object {
  return { TEXT: text, ACTION: 'SEND', ACTION_VALUE: text, DISPLAY: 'LINE' }
}

function toJson({ text, suggestions = [] }: AnswerPart): Json {
  return { text, suggestions: [...suggestions] }
}
