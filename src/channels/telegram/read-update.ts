import { createHash } from 'node:crypto'
import type { ConversationKey } from '../../conversation.ts'
import type { InboundMessage } from '../../inbound.ts'
import { readRequest, type BotIdentity, type Request } from './addressed.ts'
import { attachmentsOf, isTooLarge } from './attachments.ts'
import type { MessageDetail } from './message-detail.ts'
import type { TelegramMessage, TelegramPress, TelegramUpdate } from './telegram-update.ts'
import { languageFor } from '../../bot-commands.ts'

/** Which bot an update is for. */
export interface Recipient {
  /** The name of our bot. */
  readonly bot: string
  /** Waits for the account's name if need be. */
  identify(): Promise<BotIdentity>
  /** The id under which a chat's conversations are kept. */
  originOf(chatId: number): Promise<number>
}

/** What an update asks for. */
export type Incoming =
  | { readonly kind: 'message'; readonly message: InboundMessage }
  /** `message`: the command that asks for it; absent when it was the button of a draft, which `draftId` names. */
  | {
      readonly kind: 'stop'
      readonly conversation: ConversationKey
      readonly message?: StopMessage
      readonly draftId?: number | undefined
    }
  | { readonly kind: 'press'; readonly queryId: string; readonly message?: InboundMessage }
  /** A group has become a supergroup. */
  | { readonly kind: 'moved'; readonly from: number; readonly to: number }
  | { readonly kind: 'none' }

export type StopMessage = Omit<InboundMessage, 'detail'> & { readonly detail: MessageDetail }

const NONE: Incoming = { kind: 'none' }

/** Edits within this time correct a message; later ones tidy up, and are left alone. */
const CORRECTION_SECONDS = 15 * 60

/** What a message can be that the channel cannot read; anything else unknown is a note of the service, and ignored. */
const UNREADABLE = [
  'animation',
  'audio',
  'checklist',
  'contact',
  'dice',
  'game',
  'location',
  'paid_media',
  'poll',
  'sticker',
  'story',
  'venue',
  'video',
  'video_note',
] as const

/** Says what an update asks for. */
export async function readUpdate(update: TelegramUpdate, recipient: Recipient): Promise<Incoming> {
  const { message, edited_message: edited, callback_query: press, stopped_message_generation: stop } = update
  if (message) return moveOf(message) ?? readMessage(message, recipient)
  if (edited) return isCorrection(edited) ? readMessage(edited, recipient) : NONE
  if (press) return { kind: 'press', queryId: press.id, ...(await readPress(press, recipient)) }
  if (stop)
    return { kind: 'stop', conversation: await conversationOf(stop, recipient), draftId: stop.draft_id }
  return NONE
}

/** The old group says it, and so does the new one. */
function moveOf(message: TelegramMessage): Incoming | undefined {
  const { chat, migrate_to_chat_id: to, migrate_from_chat_id: from } = message
  if (to !== undefined) return { kind: 'moved', from: chat.id, to }
  return from === undefined ? undefined : { kind: 'moved', from, to: chat.id }
}

/** Telegram calls other changes edits, too; what says the same again is recognised by its external id. */
function isCorrection({ date, edit_date = date }: TelegramMessage): boolean {
  return edit_date - date <= CORRECTION_SECONDS
}

interface Place {
  readonly chat: TelegramMessage['chat']
  readonly message_thread_id?: number | undefined
  readonly is_topic_message?: boolean | undefined
}

/** Replies in a group without topics have a thread, too, and are no conversation of their own. */
function threadOf({ chat, message_thread_id, is_topic_message }: Place): number | null {
  const apart = chat.type === 'private' || is_topic_message === true
  return apart ? (message_thread_id ?? null) : null
}

async function conversationOf(place: Place, recipient: Recipient): Promise<ConversationKey> {
  const thread = threadOf(place)
  const chat = await recipient.originOf(place.chat.id)
  return { bot: recipient.bot, channel: 'telegram', key: `${chat}${thread === null ? '' : `:${thread}`}` }
}

async function readMessage(message: TelegramMessage, recipient: Recipient): Promise<Incoming> {
  if (!isFromPerson(message)) return NONE
  const identity = await recipient.identify()
  const request = readRequest(message, identity)
  const kind = request && kindOf(message, request)
  if (!request || !kind) return NONE
  const detail = toDetail(message, { request, kind })
  // An edit of what cannot be read cannot be read either, and that has been said.
  if (detail.edited && kind === 'unsupported') return NONE
  const inbound = {
    conversation: await conversationOf(message, recipient),
    externalId: `${identity.id}:${message.chat.id}:${message.message_id}:${fingerprint(message)}`,
    subject: `telegram:${message.sender_chat?.id ?? message.from?.id}`,
    text: request.text,
    detail,
  }
  if (detail.command !== 'stop') return { kind: 'message', message: inbound }
  return { kind: 'stop', conversation: inbound.conversation, message: inbound }
}

/** Bots do not talk to bots; who writes as a group or a channel comes as a bot of Telegram. */
function isFromPerson({ chat, from, sender_chat: senderChat }: TelegramMessage): boolean {
  if (chat.type === 'channel' || !from) return false
  return !from.is_bot || senderChat !== undefined
}

function kindOf(message: TelegramMessage, request: Request): MessageDetail['kind'] | undefined {
  if (request.kind === 'command')
    return request.command === 'ask' && hasContent(message, request) ? 'question' : 'command'
  if (UNREADABLE.some((kind) => message[kind] !== undefined)) return 'unsupported'
  if (isTooLarge(message)) return 'too-large'
  return hasContent(message, request) ? 'question' : undefined
}

function hasContent(message: TelegramMessage, { text }: Request): boolean {
  return text !== '' || attachmentsOf(message).length > 0 || quotedBy(message) !== null
}

interface ReadMessage {
  readonly request: Request
  readonly kind: MessageDetail['kind']
}

function toDetail(message: TelegramMessage, { request, kind }: ReadMessage): MessageDetail {
  const { chat, from, sender_chat: senderChat } = message
  const isPrivate = chat.type === 'private'
  return {
    kind,
    chatId: chat.id,
    private: isPrivate,
    threadId: threadOf(message),
    messageId: message.message_id,
    language: languageFor(from?.language_code),
    author: isPrivate ? null : (senderChat?.title ?? from?.first_name ?? null),
    command: request.kind === 'command' ? request.command : '',
    stopped: false,
    quoted: quotedBy(message),
    edited: message.edit_date !== undefined,
    pressed: false,
    album: message.media_group_id ?? null,
    attachments: [...attachmentsOf(message)],
  }
}

/** What the bot itself said is in the conversation already, unless a part of it is meant. */
function quotedBy({ quote, reply_to_message: original }: TelegramMessage): string | null {
  if (quote) return quote.text
  if (!original || original.from?.is_bot) return null
  return original.text ?? original.caption ?? null
}

/** The same for the same content, whichever update brings it. */
function fingerprint(message: TelegramMessage): string {
  const files = [message.document, message.photo?.at(-1), message.voice].map((file) => file?.file_unique_id)
  const content = JSON.stringify([message.text, message.caption, files])
  return createHash('sha256').update(content).digest('base64url').slice(0, 12)
}

async function readPress(
  { id, from, message, data }: TelegramPress,
  recipient: Recipient,
): Promise<{ message?: InboundMessage }> {
  const buttons = message?.reply_markup?.inline_keyboard.flat() ?? []
  const button = buttons.find(({ callback_data }) => callback_data !== undefined && callback_data === data)
  if (!message || !button) return {}
  const isPrivate = message.chat.type === 'private'
  const detail: MessageDetail = {
    kind: 'question',
    chatId: message.chat.id,
    private: isPrivate,
    threadId: threadOf(message),
    messageId: message.message_id,
    language: languageFor(from.language_code),
    author: isPrivate ? null : from.first_name,
    command: '',
    stopped: false,
    quoted: null,
    edited: false,
    pressed: true,
    album: null,
    attachments: [],
  }
  const conversation = await conversationOf(message, recipient)
  const subject = `telegram:${from.id}`
  return { message: { conversation, externalId: `press:${id}`, subject, text: button.text, detail } }
}
