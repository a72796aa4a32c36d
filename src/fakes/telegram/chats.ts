import type { Clock } from './clock.ts'
import { TelegramError, badRequest } from './telegram-error.ts'
import type {
  TelegramChat,
  TelegramContent,
  TelegramEntity,
  TelegramMessage,
  TelegramUser,
} from './telegram-types.ts'

/** A number stands for a private chat with that user, or for a group when it is negative (-100…: a supergroup). */
export type ChatReference = number | TelegramChat

export type Access = 'member' | 'blocked' | 'deactivated'

export interface Draft {
  readonly chatId: number
  readonly draftId: number
  readonly threadId: number | undefined
  readonly text: string
  readonly entities: readonly TelegramEntity[]
  readonly canStop: boolean
  readonly keepOnStop: boolean
  /** How many times this draft has been sent. */
  readonly version: number
  /** Unix seconds. */
  readonly expiresAt: number
}

export interface StoredMessage {
  message: TelegramMessage
  /** The messages this one was before it was edited, oldest first. */
  readonly earlier: TelegramMessage[]
  deleted: boolean
}

export interface ChatState {
  chat: TelegramChat
  access: Access
  movedTo: number | undefined
  draft: Draft | undefined
  readonly messages: Map<number, StoredMessage>
  readonly threads: Set<number>
}

export interface NewMessage {
  readonly from: TelegramUser
  readonly threadId?: number | undefined
  readonly replyTo?: TelegramMessage | undefined
  readonly content: TelegramContent & Pick<TelegramMessage, 'reply_markup'>
}

/** The chats the bot is in. */
export class Chats {
  readonly #clock: Clock
  readonly #chats = new Map<number, ChatState>()
  readonly #messages: StoredMessage[] = []
  /** Private chats and basic groups count their messages together; each supergroup counts for itself. */
  #lastId = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  all(): readonly ChatState[] {
    return [...this.#chats.values()]
  }

  /** Of all chats, oldest first. */
  messages(): readonly StoredMessage[] {
    return this.#messages
  }

  /** Makes a chat known to the bot. */
  open(reference: ChatReference): ChatState {
    const chat = typeof reference === 'number' ? describeChat(reference) : reference
    const known = this.#chats.get(chat.id)
    if (known) return known
    const state: ChatState = {
      chat,
      access: 'member',
      movedTo: undefined,
      draft: undefined,
      messages: new Map(),
      threads: new Set(),
    }
    this.#chats.set(chat.id, state)
    return state
  }

  /** The chat a method names; throws when there is none. */
  find(chatId: string): ChatState {
    if (chatId === '') throw badRequest('chat_id is empty')
    const named = this.all().find(({ chat }) => chat.username !== undefined && chatId === `@${chat.username}`)
    const state = named ?? this.#chats.get(Number(chatId))
    if (!state) throw badRequest('chat not found')
    return state
  }

  /** The same, if the bot may write there. */
  findWritable(chatId: string): ChatState {
    const state = this.find(chatId)
    if (state.movedTo !== undefined)
      throw badRequest('group chat was upgraded to a supergroup chat', { migrate_to_chat_id: state.movedTo })
    if (state.access === 'deactivated') throw new TelegramError(403, 'Forbidden: user is deactivated')
    if (state.access === 'blocked') throw new TelegramError(403, refusalOf(state.chat))
    return state
  }

  addMessage(state: ChatState, { from, threadId, replyTo, content }: NewMessage): TelegramMessage {
    const id = state.chat.type === 'supergroup' ? state.messages.size + 1 : ++this.#lastId
    const message: TelegramMessage = {
      message_id: id,
      from,
      chat: state.chat,
      date: Math.floor(this.#clock.now()),
      ...(threadId !== undefined && { message_thread_id: threadId }),
      ...(threadId !== undefined && state.chat.is_forum && { is_topic_message: true as const }),
      ...(replyTo && { reply_to_message: withoutReply(replyTo) }),
      ...content,
    }
    const stored: StoredMessage = { message, earlier: [], deleted: false }
    state.messages.set(id, stored)
    this.#messages.push(stored)
    return message
  }

  /** Replaces the content and keeps what it was. */
  edit(stored: StoredMessage, content: NewMessage['content']): TelegramMessage {
    const { text: _, entities: __, reply_markup: ___, ...rest } = stored.message
    stored.earlier.push(stored.message)
    stored.message = { ...rest, edit_date: Math.floor(this.#clock.now()), ...content }
    return stored.message
  }
}

/** A quoted message does not quote in turn. */
function withoutReply(message: TelegramMessage): TelegramMessage {
  const { reply_to_message: _, ...rest } = message
  return rest
}

function refusalOf({ type }: TelegramChat): string {
  if (type === 'private') return 'Forbidden: bot was blocked by the user'
  return `Forbidden: bot was kicked from the ${type} chat`
}

function describeChat(id: number): TelegramChat {
  if (id > 0) return { id, type: 'private', first_name: `User ${id}` }
  const type = String(id).startsWith('-100') && id < -1_000_000_000_000 ? 'supergroup' : 'group'
  return { id, type, title: `Group ${Math.abs(id)}` }
}
