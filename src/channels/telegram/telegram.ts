import type { FastifyBaseLogger } from 'fastify'
import { AppError } from '../../errors.ts'
import type { InboundMessage, MessageWork } from '../../inbound.ts'
import type { TelegramOptions } from '../../telegram-options.ts'
import type { Bots, Channel, Host } from '../channel.ts'
import { TelegramAccount } from './account.ts'
import { ChatOrigins } from './chat-origins.ts'
import { connect } from './connect.ts'
import { handleMessage } from './handle-message.ts'
import { parseDetail } from './message-detail.ts'
import { notify } from './notify.ts'
import { receiveUpdate } from './receive-update.ts'
import type { SendLimits } from './send-schedule.ts'
import { addWebhookRoutes } from './webhook-routes.ts'

export interface TelegramBotOptions {
  /** The name of the bot that answers; absent: the default bot. */
  readonly bot?: string
  readonly token: string
  /** Absent: one is derived from the token. */
  readonly webhookSecret?: string
}

export interface TelegramChannelOptions {
  /** At least one; each with a bot of its own. */
  readonly bots: readonly TelegramBotOptions[]
  /** Where Telegram reaches this server, for webhooks; absent: updates are fetched by long polling. */
  readonly webhookBase?: string
  readonly apiRoot: string
  readonly limits: SendLimits
  /** The texts of bots, by their names. */
  readonly texts?: ReadonlyMap<string, TelegramOptions['texts']>
}

/** What registering gives. */
interface Parts {
  readonly host: Host
  readonly log: FastifyBaseLogger
  readonly origins: ChatOrigins
}

/** The Telegram channel: private chats, groups and topics, by webhook or long polling. */
export function createTelegramChannel(options: TelegramChannelOptions): Channel {
  const life = new AbortController()
  let accounts: readonly TelegramAccount[] = []
  let log: FastifyBaseLogger | undefined
  let host: Host | undefined
  let origins: ChatOrigins | undefined
  const requireParts = (): Parts => {
    if (!host || !log || !origins) throw new Error('The Telegram channel is not registered.')
    return { host, log, origins }
  }
  const receive = (update: unknown, account: TelegramAccount): Promise<void> =>
    receiveUpdate(update, { ...requireParts(), account, signal: life.signal })
  return {
    name: 'telegram',
    register: (server, registered) => {
      host = registered
      log = server.log
      origins = new ChatOrigins(registered.notes)
      accounts = openAccounts(options, registered.bots)
      addWebhookRoutes(server, { accounts, receive })
    },
    start: async () => {
      const { webhookBase } = options
      const running = accounts.map((account) =>
        connect({
          ...requireParts(),
          account,
          webhookBase,
          signal: life.signal,
          receive: (update) => receive(update, account),
        }).catch((error: unknown) => {
          if (!life.signal.aborted) log?.error({ err: error }, 'Telegram: the connection ended')
        }),
      )
      return async () => {
        life.abort()
        await Promise.all(running)
      }
    },
    inbox: {
      // An album comes as a message for each picture; what is no part of one is answered by itself.
      turnPolicy: 'steer',
      joins: (message, first = message) =>
        isSameAlbum(message, first) && !isForLibrary(message, requireParts()),
      serves: ({ conversation }) => accounts.some(({ bot }) => bot === conversation.bot),
      handle: async (work) =>
        handleMessage(work, { ...requireParts(), account: requireAccount(accounts, work) }),
    },
    notify: async (conversation, text, signal) => {
      const account = accounts.find(({ bot }) => bot === conversation.bot)
      return account !== undefined && (await notify({ account, conversation, signal }, text))
    },
    health: () => {
      const problems = accounts.flatMap(({ bot, problem }) => (problem === null ? [] : `${bot}: ${problem}`))
      return problems.length > 0 ? problems.join('; ') : null
    },
  }
}

/** Throws `invalid_configuration` when a bot is unknown or has two tokens. */
function openAccounts(
  { bots, apiRoot, limits, texts }: TelegramChannelOptions,
  known: Bots,
): readonly TelegramAccount[] {
  const accounts = bots.map(({ bot, token, webhookSecret }) => {
    const info = bot === undefined ? known.list()[0] : known.find(bot)
    if (info === undefined)
      throw misconfigured(
        `Telegram is to be answered by the bot "${bot}", which is not defined. Use one of ${namesOf(known)}.`,
      )
    const { name, commands } = info
    const own = { bot: name, commands, texts: texts?.get(name) }
    return new TelegramAccount({ ...own, token, webhookSecret, apiRoot, limits })
  })
  const twice = accounts.find(({ bot }, index) => accounts.findIndex((other) => other.bot === bot) < index)
  if (twice) throw misconfigured(`The bot "${twice.bot}" has two Telegram tokens. Give each bot one.`)
  return accounts
}

function namesOf(bots: Bots): string {
  return bots
    .list()
    .map(({ name }) => name)
    .join(', ')
}

function misconfigured(problem: string): AppError {
  return new AppError('invalid_configuration', { params: { problem } })
}

function isSameAlbum(message: InboundMessage, first: InboundMessage): boolean {
  const { album } = parseDetail(message.detail)
  return album !== null && album === parseDetail(first.detail).album
}

/** A document to take in is work of its own. */
function isForLibrary({ conversation, detail }: InboundMessage, { host }: Parts): boolean {
  const takes = host.bots.find(conversation.bot)?.takesDocuments === true
  return takes && parseDetail(detail).attachments.some(({ kind }) => kind === 'document')
}

/** A bot that lost its token cannot answer; its messages are dead letters after an hour, until it has one. */
function requireAccount(accounts: readonly TelegramAccount[], { messages }: MessageWork): TelegramAccount {
  const [{ conversation }] = messages
  const account = accounts.find(({ bot }) => bot === conversation.bot)
  if (account) return account
  throw new AppError('channel_unauthorized', {
    cause: new Error(`No Telegram token for ${conversation.bot}`),
  })
}
