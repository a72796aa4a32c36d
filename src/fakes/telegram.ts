import { randomBytes } from 'node:crypto'
import { createFaultQueue } from './fault-queue.ts'
import { startLocalServer } from './local-server.ts'
import { createAccount } from './telegram/account.ts'
import type { Account } from './telegram/account.ts'
import type { TelegramFault } from './telegram/api-faults.ts'
import { createApiServer } from './telegram/api-server.ts'
import type { ApiCall } from './telegram/api-server.ts'
import { createBotMethods } from './telegram/bot-methods.ts'
import type { ChatReference, Draft } from './telegram/chats.ts'
import { createClock } from './telegram/clock.ts'
import { createFileMethods } from './telegram/file-methods.ts'
import { createMessageMethods } from './telegram/message-methods.ts'
import { createPeople } from './telegram/people.ts'
import type { People } from './telegram/people.ts'
import { RateLimiter } from './telegram/rate-limits.ts'
import type { RateLimits } from './telegram/rate-limits.ts'
import type {
  TelegramEntity,
  TelegramMessage,
  TelegramUpdate,
  TelegramUser,
} from './telegram/telegram-types.ts'

export type { ApiCall } from './telegram/api-server.ts'
export type { TelegramFault } from './telegram/api-faults.ts'
export type { FileToSend, SayOptions } from './telegram/people.ts'
export type { TelegramMessage, TelegramUpdate } from './telegram/telegram-types.ts'

export interface FakeTelegramOptions {
  /** Any other token is refused. Default: one in Telegram's shape. */
  readonly token?: string
  /** The bot's name without @. Default `fake_bot`. */
  readonly username?: string
  /** true: one message a second in a chat, 30 over all, 20 a minute in a group. Default: no limits. */
  readonly rateLimits?: RateLimits | boolean
  /** How many times faster than the wall its clock runs, for webhook retries, long polls, limits. Default 1. */
  readonly timeFactor?: number
  /** The largest file getFile hands out, in bytes. Default 20 MB. */
  readonly maxDownload?: number
  readonly fault?: TelegramFault
  /** Default: a free one. */
  readonly port?: number
}

/** A message of the bot as it stands now. */
export interface SentMessage {
  readonly chatId: number
  readonly messageId: number
  /** The text, or the caption of a file. */
  readonly text: string
  readonly entities: readonly TelegramEntity[]
  readonly message: TelegramMessage
  /** The texts before the edits, oldest first. */
  readonly earlier: readonly string[]
  readonly deleted: boolean
}

export interface FakeTelegram extends People {
  /** The API root to give to a client. */
  readonly url: string
  readonly token: string
  readonly bot: TelegramUser
  /** Every call so far, oldest first. */
  readonly calls: readonly ApiCall[]
  /** Updates that nobody has confirmed, oldest first. */
  readonly updates: readonly TelegramUpdate[]
  /** What the bot sent, into one chat or all, oldest first; deleted messages too. */
  sent(chat?: number): readonly SentMessage[]
  /** The bot's draft in this chat, while it is shown. */
  draft(chat: number): Draft | undefined
  /** Makes a chat known to the bot without a word; a bot cannot write to a chat it does not know. */
  open(chat: ChatReference): void
  /** Makes the token invalid; returns the new one. */
  revokeToken(): string
  /** From the next call on; undefined: all is well again. */
  inject(fault: TelegramFault | undefined): void
  close(): Promise<void>
}

/**
 * A local twin of Telegram's Bot API 10.3 with one bot: updates by long poll or webhook, messages, edits, drafts and
 * files, with the checks, sentences and delays of the server (tdlib/telegram-bot-api, read 2026-05). Close it when
 * done.
 *
 * @example
 * const telegram = await createFakeTelegram()
 * telegram.say(42, 'Hello')
 * // Let the bot run against telegram.url and telegram.token, then look at telegram.sent(42).
 */
export async function createFakeTelegram(options: FakeTelegramOptions = {}): Promise<FakeTelegram> {
  let token = options.token ?? createToken(7_654_321_098)
  const calls: ApiCall[] = []
  const faults = createFaultQueue(options.fault)
  const account = openAccount(options, token, {
    copiesOf: () => {
      const fault = faults.take(({ kind }) => kind === 'duplicate-updates')
      return fault?.kind === 'duplicate-updates' ? (fault.copies ?? 2) : 1
    },
    onAnswer: (answer) => void api.takeAnswer(answer),
  })
  const methods = {
    ...createBotMethods(account),
    ...createMessageMethods(account),
    ...createFileMethods(account),
  }
  const api = createApiServer({ account, methods, faults, calls, currentToken: () => token })
  const server = await startLocalServer((request, response) => api.handle(request, response), options.port)
  return {
    ...createPeople(account),
    url: server.url,
    get token() {
      return token
    },
    bot: account.bot,
    calls,
    get updates() {
      return account.queue.pending().map(({ update }) => update)
    },
    sent: (chat) => listSent(account, chat),
    draft: (chat) => currentDraft(account, chat),
    open: (chat) => void account.chats.open(chat),
    revokeToken: () => {
      token = createToken(account.bot.id)
      return token
    },
    inject: (fault) => faults.inject(fault),
    close: async () => {
      account.webhook.remove()
      await server.close()
    },
  }
}

function createToken(id: number): string {
  return `${id}:AAF${randomBytes(24).toString('base64url')}`
}

function openAccount(
  { username = 'fake_bot', rateLimits = false, timeFactor = 1, maxDownload }: FakeTelegramOptions,
  token: string,
  hooks: Parameters<typeof createAccount>[0]['hooks'],
): Account {
  const clock = createClock(timeFactor)
  const limits = rateLimits === true ? {} : rateLimits
  return createAccount({
    bot: { id: Number.parseInt(token, 10) || 1, is_bot: true, first_name: 'Fake bot', username },
    clock,
    limiter: limits === false ? undefined : new RateLimiter(limits, clock),
    maxDownload: maxDownload ?? 20 * 1024 * 1024,
    hooks,
  })
}

function listSent({ chats, bot }: Account, chat: number | undefined): readonly SentMessage[] {
  return chats
    .messages()
    .filter(({ message }) => message.from.id === bot.id && (chat === undefined || message.chat.id === chat))
    .map(({ message, earlier, deleted }) => ({
      chatId: message.chat.id,
      messageId: message.message_id,
      text: message.text ?? message.caption ?? '',
      entities: message.entities ?? message.caption_entities ?? [],
      message,
      earlier: earlier.map(({ text, caption }) => text ?? caption ?? ''),
      deleted,
    }))
}

function currentDraft({ chats, clock }: Account, chat: number): Draft | undefined {
  const draft = chats.open(chat).draft
  return draft && draft.expiresAt > clock.now() ? draft : undefined
}
