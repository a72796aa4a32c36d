import type { NewFile } from '../../answer-files.ts'
import type { Json, MessageWork } from '../../inbound.ts'
import type { TelegramAccount } from './account.ts'
import { plainText, type RichText } from '../../messaging/rich-text.ts'
import { tryAgain } from './try-again.ts'
import { failureOf, isFailure, TelegramFailure, toChannelError } from './telegram-failure.ts'

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

/** Parts with these numbers take the place of parts whose message went away. */
const SUBSTITUTES = 100_000

/**
 * Puts an answer into a chat by the rule for channels whose sends cannot be repeated: a placeholder is sent and its id
 * recorded, then the text is put there by an edit, which may be repeated.
 */
export class Delivery {
  readonly #account: TelegramAccount
  readonly #work: DeliveryOptions['work']
  readonly #place: ChatPlace
  readonly #openFile: DeliveryOptions['openFile']
  /** Changes when the group becomes a supergroup. */
  #chatId: number

  constructor({ account, work, place, openFile }: DeliveryOptions) {
    this.#account = account
    this.#openFile = openFile
    this.#work = work
    this.#place = place
    this.#chatId = place.chatId
  }

  /**
   * Delivers the parts, numbered from `first`, those that were delivered before excepted. Whoever cannot be written to
   * gets nothing, and that is recorded.
   */
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
    await this.#account.schedule.preview(this.#chatId, () => this.#editMessage(id, part))
  }

  async #put(index: number, part: AnswerPart): Promise<void> {
    const { outbox } = this.#work
    await outbox.place(index, () => this.#sendPlaceholder())
    await outbox.fill(index, toJson(part), (id) => this.#edit(id, part, index))
  }

  async #sendPlaceholder(): Promise<string> {
    try {
      return await tryAgain(() => this.#sendWhereItIs(), ['unreachable'], this.#work.signal)
    } catch (error) {
      // The ledger takes a coded error for a message that was surely not sent.
      throw isFailure(error, 'unknown') ? error : toChannelError(error)
    }
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

  async #edit(id: string, part: AnswerPart, index: number): Promise<void> {
    const { signal } = this.#work
    const edit = (content: AnswerPart): Promise<void> =>
      this.#account.schedule.deliver(Number.parseInt(id, 10), signal, () =>
        tryAgain(() => this.#editMessage(id, content), ['unreachable', 'unknown'], signal),
      )
    try {
      await edit(part)
    } catch (error) {
      if (isFailure(error, 'not-modified')) return
      if (isFailure(error, 'missing', 'migrated')) return this.#substitute(error, part, index)
      const plain = part.entities.length === 0 && part.file === undefined
      if (!isFailure(error, 'rejected') || plain) throw error
      const { file: _, ...textPart } = part
      await edit({ ...textPart, ...plainText(part.text) })
    }
  }

  /** The placeholder was deleted, or stayed behind in the group that became a supergroup: the part gets a new one. */
  async #substitute(error: TelegramFailure, part: AnswerPart, index: number): Promise<void> {
    if (index >= SUBSTITUTES) throw new TelegramFailure(error.message, { kind: 'gone' })
    this.#chatId = error.migratedTo ?? this.#chatId
    await this.#put(index + SUBSTITUTES, part)
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
