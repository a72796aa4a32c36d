import { randomInt } from 'node:crypto'
import type { Account } from './account.ts'
import type { Access, ChatReference, ChatState, StoredMessage } from './chats.ts'
import { describeFile } from './file-methods.ts'
import type { FileKind } from './file-store.ts'
import { findEntities } from './find-entities.ts'
import type {
  TelegramChatMember,
  TelegramContent,
  TelegramEntity,
  TelegramUpdate,
  TelegramUser,
  UpdateContent,
} from './telegram-types.ts'

export interface SayOptions {
  /** Default: the person of the private chat; in groups the user 1001. */
  readonly from?: TelegramUser | number
  /** A topic of a forum or of the private chat; it comes into being with its first message. */
  readonly threadId?: number
  /** The message this one answers. */
  readonly replyTo?: number
  /** Files sent together have the same one. */
  readonly albumId?: string
  /** Default: the commands, mentions, hashtags and addresses in the text. */
  readonly entities?: readonly TelegramEntity[]
}

export interface FileToSend {
  readonly kind: FileKind
  readonly content: Uint8Array | string
  /** Default: `file`. */
  readonly name?: string
  readonly mimeType?: string
  readonly caption?: string
  /** Of a voice message, in seconds. Default 0. */
  readonly duration?: number
}

/** What people do; each act makes the update that tells the bot, and returns it. */
export interface People {
  say(chat: ChatReference, text: string, options?: SayOptions): TelegramUpdate
  send(chat: ChatReference, file: FileToSend, options?: SayOptions): TelegramUpdate
  /** Changes the text of a message that a person wrote. */
  edit(chat: ChatReference, messageId: number, text: string): TelegramUpdate
  /** Presses a button under a message of the bot. Default person: as in `say`. */
  press(
    chat: ChatReference,
    messageId: number,
    options: { data: string; from?: SayOptions['from'] },
  ): TelegramUpdate
  /** Presses Stop under the bot's draft, if that has such a button. */
  stop(chat: ChatReference): TelegramUpdate
  /** Blocks the bot in a private chat, removes it from a group. */
  block(chat: ChatReference): TelegramUpdate
  unblock(chat: ChatReference): TelegramUpdate
  /** Deletes the person's account; nobody tells the bot. */
  deactivate(chat: ChatReference): void
  /** Upgrades a group; returns the supergroup's id. */
  migrate(group: ChatReference): number
}

export function createPeople(account: Account): People {
  const { chats, queue, files, bot } = account
  const tell = (state: ChatState, content: UpdateContent): TelegramUpdate => queue.add(content, state.chat.id)
  const speak = (reference: ChatReference, content: TelegramContent, options: SayOptions): TelegramUpdate => {
    const state = chats.open(reference)
    if (state.access !== 'member')
      throw new Error('Nobody writes to a bot they have blocked: unblock it first.')
    const { threadId } = options
    if (threadId !== undefined) state.threads.add(threadId)
    const replyTo = options.replyTo === undefined ? undefined : messageOf(state, options.replyTo).message
    const from = toUser(state, options.from)
    return tell(state, { message: chats.addMessage(state, { from, threadId, replyTo, content }) })
  }
  const change = (reference: ChatReference, access: Access): TelegramUpdate => {
    const state = chats.open(reference)
    const member = {
      chat: state.chat,
      from: toUser(state),
      date: Math.floor(account.clock.now()),
      old_chat_member: toMember(bot, state.access),
      new_chat_member: toMember(bot, access),
    }
    state.access = access
    return tell(state, { my_chat_member: member })
  }
  return {
    say: (chat, text, options = {}) => {
      const entities = options.entities ?? findEntities(text)
      return speak(chat, { text, ...(entities.length > 0 && { entities }) }, options)
    },
    send: (chat, { kind, content, name = 'file', mimeType = '', caption, duration }, options = {}) => {
      const stored = files.add(kind, { name, mimeType, content: Buffer.from(content) })
      const entities = options.entities ?? findEntities(caption ?? '')
      const captioned = {
        ...(options.albumId !== undefined && { media_group_id: options.albumId }),
        ...(caption !== undefined && { caption }),
        ...(entities.length > 0 && { caption_entities: entities }),
      }
      return speak(chat, { ...describeFile(stored, duration), ...captioned }, options)
    },
    edit: (chat, messageId, text) => {
      const state = chats.open(chat)
      const entities = findEntities(text)
      const content = { text, ...(entities.length > 0 && { entities }) }
      return tell(state, { edited_message: chats.edit(messageOf(state, messageId), content) })
    },
    press: (chat, messageId, { data, from }) =>
      press(account, { state: chats.open(chat), messageId, data, from }),
    stop: (chat) => tell(chats.open(chat), { stopped_message_generation: stopDraft(chats.open(chat)) }),
    block: (chat) => change(chat, 'blocked'),
    unblock: (chat) => change(chat, 'member'),
    deactivate: (chat) => {
      chats.open(chat).access = 'deactivated'
    },
    migrate: (group) => migrate(account, chats.open(group)),
  }
}

interface Press {
  readonly state: ChatState
  readonly messageId: number
  readonly data: string
  readonly from: SayOptions['from']
}

function press({ queue, openQueries }: Account, { state, messageId, data, from }: Press): TelegramUpdate {
  const { message } = messageOf(state, messageId)
  const buttons = message.reply_markup?.inline_keyboard.flat() ?? []
  if (!buttons.some((button) => button.callback_data === data))
    throw new Error(`Message ${messageId} has no button with the data ${data}.`)
  const id = String(randomInt(1e14, 2e14))
  openQueries.add(id)
  const query = { id, from: toUser(state, from), message, chat_instance: String(state.chat.id), data }
  return queue.add({ callback_query: query }, state.chat.id)
}

function stopDraft(state: ChatState): NonNullable<UpdateContent['stopped_message_generation']> {
  const { draft, chat } = state
  if (!draft?.canStop) throw new Error('There is no draft with a Stop button in this chat.')
  state.draft = draft.keepOnStop ? { ...draft, canStop: false } : undefined
  const thread = draft.threadId !== undefined && { message_thread_id: draft.threadId }
  return { chat, draft_id: draft.draftId, ...thread }
}

function migrate({ chats, queue }: Account, group: ChatState): number {
  if (group.chat.type !== 'group') throw new Error('Only a basic group becomes a supergroup.')
  const id = group.chat.id - 1_000_000_000_000
  const supergroup = chats.open({ ...group.chat, id, type: 'supergroup' })
  group.movedTo = id
  const from = toUser(group)
  const left = chats.addMessage(group, { from, content: { migrate_to_chat_id: id } })
  queue.add({ message: left }, group.chat.id)
  const arrived = chats.addMessage(supergroup, { from, content: { migrate_from_chat_id: group.chat.id } })
  queue.add({ message: arrived }, id)
  return id
}

function messageOf(state: ChatState, messageId: number): StoredMessage {
  const stored = state.messages.get(messageId)
  if (!stored || stored.deleted) throw new Error(`Chat ${state.chat.id} has no message ${messageId}.`)
  return stored
}

const STRANGER = 1_001

function toUser({ chat }: ChatState, given?: SayOptions['from']): TelegramUser {
  if (typeof given === 'object') return given
  const id = given ?? (chat.type === 'private' ? chat.id : STRANGER)
  const name = id === chat.id ? chat.first_name : undefined
  return { id, is_bot: false, first_name: name ?? `User ${id}`, language_code: 'en' }
}

function toMember(user: TelegramUser, access: Access): TelegramChatMember {
  return access === 'member' ? { user, status: 'member' } : { user, status: 'kicked', until_date: 0 }
}
