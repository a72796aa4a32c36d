import type { NewFile } from '../../answer-files.ts'
import type { Json, MessageWork } from '../../inbound.ts'
import { PartDelivery } from '../../messaging/part-delivery.ts'
import { plainText, type RichText } from '../../messaging/rich-text.ts'
import { tryAgain } from '../../messaging/try-again.ts'
import type { TelegramAccount } from './account.ts'
import { isFailure, TelegramFailure } from './telegram-failure.ts'

/** Where a message goes. */
export interface ChatPlace {
  readonly chatId: number
  readonly threadId: number | null
  /** The message it answers, shown as a reply; null for none. */
  readonly replyTo: number | null
}

/** One message of an answer. */
export interface AnswerPart extends RichText {
  /** The address of a file of ours that the message is to be; it is uploaded, and the text then left out. */
  readonly file?: string
  /** Under the message, one row each. */
  readonly buttons?: readonly Button[]
}

export interface Button {
  readonly text: string
  readonly callback_data: string
}

export interface DeliveryOptions {
  readonly account: TelegramAccount
  readonly work: Pick<MessageWork, 'outbox' | 'signal'>
  readonly place: ChatPlace
  /** Opens files of ours by their addresses. */
  readonly openFile: (url: string) => Promise<NewFile | undefined>
}

/** For a few megabytes over a slow line. */
const UPLOAD_PATIENCE_MS = 60_000

/** What stands in a chat until the answer does; a crash can leave this behind, never a second answer. */
const PLACEHOLDER = '…'

/** Puts an answer into a chat of Telegram. */
export class Delivery {
  readonly #account: TelegramAccount
  readonly #work: DeliveryOptions['work']
  readonly #place: ChatPlace
  readonly #openFile: DeliveryOptions['openFile']
  readonly #parts: PartDelivery<AnswerPart>
  /** Changes when the group becomes a supergroup. */
  #chatId: number

  constructor({ account, work, place, openFile }: DeliveryOptions) {
    this.#account = account
    this.#openFile = openFile
    this.#work = work
    this.#place = place
    this.#chatId = place.chatId
    this.#parts = new PartDelivery(work, {
      send: () => this.#sendWhereItIs(),
      update: (id, part) => this.#edit(id, part),
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
    const id = await this.#parts.place(0)
    await this.#account.schedule.preview(this.#chatId, () => this.#editMessage(id, part))
  }

  /** Follows a group that has become a supergroup. */
  async #sendWhereItIs(): Promise<string> {
    try {
      return await this.#send()
    } catch (error) {
      if (!isFailure(error, 'migrated')) throw error
      this.#chatId = error.migratedTo ?? this.#chatId
      return this.#send()
    }
  }

  async #send(): Promise<string> {
    const { threadId, replyTo } = this.#place
    const chatId = this.#chatId
    const { api, schedule } = this.#account
    const { message_id } = await schedule.deliver(chatId, this.#work.signal, () =>
      api.call(
        (raw, signal) =>
          raw.sendMessage(
            {
              chat_id: chatId,
              text: PLACEHOLDER,
              ...(threadId !== null && { message_thread_id: threadId }),
              ...(replyTo !== null && {
                reply_parameters: { message_id: replyTo, allow_sending_without_reply: true },
              }),
            },
            signal,
          ),
        // Broken off, it would leave a placeholder whose id nobody knows; it ends by its deadline anyway.
        new AbortController().signal,
      ),
    )
    return `${chatId}/${message_id}`
  }

  async #edit(id: string, part: AnswerPart): Promise<void> {
    const { signal } = this.#work
    const edit = (content: AnswerPart): Promise<void> =>
      this.#account.schedule.deliver(Number.parseInt(id, 10), signal, () =>
        tryAgain(() => this.#editMessage(id, content), ['unreachable', 'unknown'], signal),
      )
    try {
      await edit(part)
    } catch (error) {
      if (isFailure(error, 'not-modified')) return
      if (isFailure(error, 'migrated')) throw this.#leftBehind(error)
      const plain = part.entities.length === 0 && part.file === undefined
      if (!isFailure(error, 'rejected') || plain) throw error
      const { file: _, ...textPart } = part
      await edit({ ...textPart, ...plainText(part.text) })
    }
  }

  /** The placeholder stayed in the group that became a supergroup; the next goes where people are now. */
  #leftBehind({ message, migratedTo }: TelegramFailure): TelegramFailure {
    this.#chatId = migratedTo ?? this.#chatId
    return new TelegramFailure(message, { kind: 'missing' })
  }

  async #editMessage(id: string, part: AnswerPart): Promise<void> {
    const { text, entities, buttons = [], file } = part
    const [chatId, messageId] = id.split('/').map(Number)
    const opened = file === undefined ? undefined : await this.#openFile(file)
    if (opened) return await this.#uploadFile({ chat_id: chatId ?? 0, message_id: messageId ?? 0 }, opened)
    await this.#account.api.call(
      (raw, signal) =>
        raw.editMessageText(
          {
            chat_id: chatId ?? 0,
            message_id: messageId ?? 0,
            text,
            entities: [...entities],
            link_preview_options: { is_disabled: true },
            ...(buttons.length > 0 && {
              reply_markup: { inline_keyboard: buttons.map((button) => [button]) },
            }),
          },
          signal,
        ),
      this.#work.signal,
    )
  }

  /** A text becomes a document by an edit, too, so the ledger's rule holds for files. Source: Bot API, editMessageMedia. */
  async #uploadFile(
    place: { readonly chat_id: number; readonly message_id: number },
    { bytes, name }: NewFile,
  ): Promise<void> {
    const { InputFile } = await import('grammy')
    const media = { type: 'document', media: new InputFile(bytes, name) } as const
    await this.#account.api.call(
      (raw, signal) => raw.editMessageMedia({ ...place, media }, signal),
      this.#work.signal,
      UPLOAD_PATIENCE_MS,
    )
  }
}

function toJson({ text, entities, buttons = [], file }: AnswerPart): Json {
  return {
    text,
    ...(file !== undefined && { file }),
    entities: entities.map((entity) => ({ ...entity })),
    buttons: buttons.map((button) => ({ ...button })),
  }
}
