import type { FastifyBaseLogger } from 'fastify'
import type { BitrixPortals } from '../../bitrix24-portals.ts'
import type { ConversationKey } from '../../conversation.ts'
import { AppError } from '../../errors.ts'
import type { MessageWork } from '../../inbound.ts'
import type { TelegramOptions } from '../../telegram-options.ts'
import type { BotInfo, Bots, Channel, Host } from '../channel.ts'
import type { Bitrix24Settings } from './bitrix24-options.ts'
import { PortalConnection } from './connect.ts'
import { addEventRoutes } from './event-routes.ts'
import { handleMessage } from './handle-message.ts'
import { parseDetail } from './message-detail.ts'
import { notify } from './notify.ts'
import { addOAuthRoutes } from './oauth-routes.ts'
import { Portal } from './portal.ts'
import type { BitrixMessage } from './read-message.ts'
import { receiveMessage } from './receive-message.ts'
import { createTexts } from './texts.ts'

export interface Bitrix24ChannelOptions extends Bitrix24Settings {
  readonly portals: BitrixPortals
  /** The texts of bots, by their names. */
  readonly texts?: ReadonlyMap<string, TelegramOptions['texts']>
}

/** What registering gives. */
interface Parts {
  readonly host: Host
  readonly log: FastifyBaseLogger
  readonly bot: BotInfo
}

/** The Bitrix24 channel: dialogs and group chats of portals, by fetching or webhook. */
export function createBitrix24Channel(options: Bitrix24ChannelOptions): Channel {
  const { portals } = options
  const life = new AbortController()
  const served = openPortals(options)
  const connections = new Map<Portal, PortalConnection>()
  let parts: Parts | undefined
  const requireParts = (): Parts => {
    if (!parts) throw new Error('The Bitrix24 channel is not registered.')
    return parts
  }
  const receive = async (message: BitrixMessage, portal: Portal): Promise<void> => {
    const state = await portal.state()
    // Another replica may have registered another bot meanwhile.
    const known = state?.bot?.id === message.botId ? state : await portal.read()
    if (known) await receiveMessage(message, { ...requireParts(), portal: known })
  }
  const renew = (portal: Portal): void => connections.get(portal)?.renew()
  return {
    name: 'bitrix24',
    register: (server, host) => {
      parts = { host, log: server.log, bot: requireBot(options.bot, host.bots) }
      const routes = { ...options, portals, served }
      addOAuthRoutes(server, { ...routes, onInstalled: renew })
      addEventRoutes(server, { ...routes, receive, onChanged: renew })
    },
    start: async () => {
      for (const portal of served) {
        const own = { portal, receive: (message: BitrixMessage) => receive(message, portal) }
        connections.set(
          portal,
          new PortalConnection({ ...options, ...requireParts(), ...own, signal: life.signal }),
        )
      }
      const running = [...connections.values()].map((connection) => connection.run())
      return async () => {
        life.abort()
        await Promise.all(running)
      }
    },
    inbox: {
      turnPolicy: 'queue',
      joins: () => false,
      serves: ({ detail }) => findPortal(served, detail) !== undefined,
      handle: async (work) => {
        const { host, bot } = requireParts()
        const texts = createTexts(options.texts?.get(bot.name))
        const context = { host, texts, publicUrl: options.publicUrl }
        await handleMessage(work, { ...context, portal: requirePortal(served, work) })
      },
    },
    notify: async (conversation, text, signal) => {
      const target = await findDialog(served, conversation)
      return target !== undefined && (await notify({ ...target, signal }, text))
    },
    health: () => {
      const problems = served.flatMap(({ host, problem }) => (problem === null ? [] : `${host}: ${problem}`))
      return problems.length > 0 ? problems.join('; ') : null
    },
  }
}

function openPortals(options: Bitrix24ChannelOptions): readonly Portal[] {
  const { applications, restUrl } = options
  return applications.map(
    (application, index) =>
      new Portal({ ...options, application, restUrl: index === 0 ? restUrl : undefined }),
  )
}

function requireBot(name: string | undefined, bots: Bots): BotInfo {
  const bot = name === undefined ? bots.list()[0] : bots.find(name)
  if (bot) return bot
  const known = bots
    .list()
    .map((one) => one.name)
    .join(', ')
  const problem = `Bitrix24 is to be answered by the bot "${name}", which is not defined. Use one of ${known}.`
  throw new AppError('invalid_configuration', { params: { problem } })
}

function findPortal(served: readonly Portal[], detail: unknown): Portal | undefined {
  const { origin } = parseDetail(detail)
  return served.find((known) => known.origin === origin)
}

/** A portal that is configured no more cannot be answered; its messages are dead letters after an hour, until it is. */
function requirePortal(served: readonly Portal[], { messages }: MessageWork): Portal {
  const portal = findPortal(served, messages[0].detail)
  if (portal) return portal
  throw new AppError('channel_unauthorized', { cause: new Error('No application for the portal') })
}

async function findDialog(
  served: readonly Portal[],
  { key }: ConversationKey,
): Promise<{ readonly portal: Portal; readonly dialogId: string } | undefined> {
  const [memberId, dialogId = ''] = key.split('/')
  for (const portal of served) if ((await portal.state())?.memberId === memberId) return { portal, dialogId }
  return undefined
}
