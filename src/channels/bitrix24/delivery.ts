import type { Json, MessageWork } from '../../inbound.ts'
import { PartDelivery } from '../../messaging/part-delivery.ts'
import { tryAgain } from '../../messaging/try-again.ts'
import { BitrixFailure } from './bitrix-failure.ts'
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

/** Puts an answer into a chat of a portal. */
export class Delivery {
  readonly #portal: Portal
  readonly #work: DeliveryOptions['work']
  readonly #dialogId: string
  readonly #parts: PartDelivery<AnswerPart>

  constructor({ portal, work, dialogId }: DeliveryOptions) {
    this.#portal = portal
    this.#work = work
    this.#dialogId = dialogId
    this.#parts = new PartDelivery(work, {
      send: () => this.#send(),
      update: (id, part) => this.#update(id, part),
      toJson,
    })
  }

  /** Delivers the parts, numbered from `first`, those that were delivered before excepted. Throws a coded error. */
  deliver(parts: readonly AnswerPart[], first: number = 0): Promise<void> {
    return this.#parts.deliver(parts, first)
  }

  /** See `PartDelivery.prepare`. */
  prepare(): Promise<boolean> {
    return this.#parts.prepare()
  }

  /** Shows a part of an answer that is still being written, if there is room for that. */
  async preview(part: AnswerPart): Promise<void> {
    const { method, parameters } = await this.#describeUpdate(await this.#parts.place(0), part)
    await this.#portal.courtesy(method, parameters, this.#work.signal)
  }

  async #send(): Promise<string> {
    const { id: botId, api } = await this.#bot()
    const { signal } = this.#work
    const dialogId = this.#dialogId
    if (api === 'v1') {
      const message = { BOT_ID: botId, DIALOG_ID: dialogId, MESSAGE: PLACEHOLDER }
      return String(await this.#portal.callWhole('imbot.message.add', message, signal))
    }
    const fields = { message: PLACEHOLDER, urlPreview: false }
    const parameters = { botId, dialogId, fields }
    const sent = await this.#portal.callWhole('imbot.v2.Chat.Message.send', parameters, signal)
    const id = (sent as { readonly id?: unknown } | undefined)?.id
    if (typeof id === 'number' || typeof id === 'string') return String(id)
    throw new BitrixFailure('the message was sent without an id', { kind: 'unknown' })
  }

  async #update(id: string, part: AnswerPart): Promise<void> {
    const { signal } = this.#work
    const { method, parameters } = await this.#describeUpdate(id, part)
    await tryAgain(() => this.#portal.call(method, parameters, signal), ['unreachable', 'unknown'], signal)
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
}

/** What the button says is what it sends, so nobody says something unseen. Source: b24restdocs, message-keyboards. */
function toButton(text: string): object {
  return { TEXT: text, ACTION: 'SEND', ACTION_VALUE: text, DISPLAY: 'LINE' }
}

function toJson({ text, suggestions = [] }: AnswerPart): Json {
  return { text, suggestions: [...suggestions] }
}
