import { randomBytes } from 'node:crypto'
import { answerAuthorize, answerToken, type TokenRequest } from './bitrix24/auth-server.ts'
import { describeJoin, describeV1, describeV2, type Speaker } from './bitrix24/describe-message.ts'
import { createCommonMethods, createV1Methods, createV2Methods, type Fields } from './bitrix24/methods.ts'
import { PortalState } from './bitrix24/portal-state.ts'
import type { BitrixCall, RegisteredBot, StoredEvent, StoredMessage } from './bitrix24/portal-state.ts'
import { authOf, postEvent } from './bitrix24/post-event.ts'
import { RestServer, type BitrixFault } from './bitrix24/rest-server.ts'
import { createFaultQueue } from './fault-queue.ts'
import { startLocalServer } from './local-server.ts'

export type { BitrixCall, RegisteredBot, StoredEvent, StoredMessage } from './bitrix24/portal-state.ts'
export type { BitrixFault } from './bitrix24/rest-server.ts'
export type { TokenRequest } from './bitrix24/auth-server.ts'

export interface FakeBitrix24Options {
  /** Default: new ones. */
  readonly clientId?: string
  readonly clientSecret?: string
  /** Where the application sends people back to; can be set later. */
  readonly redirectUrl?: string
  /** `v1`: a portal without imbot.v2. Default `v2`. */
  readonly api?: 'v1' | 'v2'
  /** How events are posted. Default `form`. */
  readonly eventFormat?: 'form' | 'json'
  /** How long an access token is good, in seconds. Default 3600. */
  readonly expiresIn?: number
  /** true: two calls a second drain, blocked at fifty. Default: no limits. */
  readonly rateLimits?: boolean | { readonly perSecond: number; readonly burst: number }
  /** How long the authorization server takes, in milliseconds. Default 0. */
  readonly authDelayMs?: number
  /** True for events that are given out once more after they were confirmed. Default: none. */
  readonly repeats?: (eventId: number) => boolean
  readonly fault?: BitrixFault
}

export interface SpeakOptions {
  /** Default: the person of the dialog; in groups the user 7. */
  readonly userId?: number
  readonly name?: string
  /** Written by a bot, or by the system. */
  readonly bot?: boolean
  readonly system?: boolean
  /** Default `ru`. */
  readonly language?: string
}

/** What somebody did. */
export interface Act {
  /** 0 for what makes no message. */
  readonly messageId: number
  /** In fetch mode. */
  readonly event: StoredEvent | undefined
  /** In webhook mode: the status of the answer; undefined when nobody answered or the event was lost. */
  readonly delivered: Promise<number | undefined>
}

export interface FakeBitrix24 {
  /** The portal's address, to give as `BITRIX_DOMAIN`. */
  readonly url: string
  /** The authorization server, to give as `BITRIX_OAUTH_URL`. */
  readonly authUrl: string
  readonly clientId: string
  readonly clientSecret: string
  readonly memberId: string
  readonly applicationToken: string
  /** Undefined until it is registered. */
  readonly bot: RegisteredBot | undefined
  /** Every call of the REST API, and every request for tokens, oldest first. */
  readonly calls: readonly BitrixCall[]
  readonly tokenRequests: readonly TokenRequest[]
  /** All events of fetch mode. */
  readonly events: readonly StoredEvent[]
  /** Writes into a dialog: `5` with user 5, `chat142` a group. */
  say(dialogId: number | string, text: string, options?: SpeakOptions): Act
  /** Brings the bot into a chat. */
  join(dialogId: number | string, options?: SpeakOptions): Act
  /** What the bot wrote, into one dialog or all, oldest first; deleted messages too. */
  sent(dialogId?: number | string): readonly StoredMessage[]
  /** How often the bot was shown writing in a dialog. */
  typing(dialogId: number | string): number
  deleteMessage(messageId: number): void
  /** Posts ONAPPINSTALL with new tokens; the status of the answer. */
  install(handlerUrl: string): Promise<number | undefined>
  /** Posts ONAPPUNINSTALL. */
  uninstall(handlerUrl: string): Promise<number | undefined>
  /** New tokens for whoever tests a client. */
  grant(): { readonly access_token: string; readonly refresh_token: string }
  redirectTo(url: string): void
  /** All access tokens end now. */
  expireTokens(): void
  /** All refresh tokens end, too: the application has to be authorized again. */
  revokeTokens(): void
  /** The next events in webhook mode never arrive, and nobody is told. */
  loseEvents(count: number): void
  /** The bot is removed by an administrator; nobody is told. */
  removeBot(): void
  /** From the next call on; undefined: all is well again. */
  inject(fault: BitrixFault | undefined): void
  close(): Promise<void>
}

/**
 * A local twin of a Bitrix24 portal with its authorization server: the OAuth of local applications, imbot.v2 and
 * imbot, events by webhook and by fetching (b24restdocs, read 2026-08). Close it when done.
 *
 * @example
 * const bitrix = await createFakeBitrix24()
 * // Let the server run with bitrix.url, bitrix.authUrl, bitrix.clientId and bitrix.clientSecret; then
 * await bitrix.install('http://localhost:5000/bitrix/event')
 * bitrix.say(5, 'Привет')
 */
export async function createFakeBitrix24(options: FakeBitrix24Options = {}): Promise<FakeBitrix24> {
  const {
    clientId = `local.${randomBytes(7).toString('hex')}.12345678`,
    api = 'v2',
    expiresIn = 3_600,
  } = options
  const clientSecret = options.clientSecret ?? randomBytes(25).toString('hex')
  const state = new PortalState({ clientId, clientSecret })
  const faults = createFaultQueue(options.fault)
  const tokenRequests: TokenRequest[] = []
  let redirectUrl = options.redirectUrl ?? 'http://127.0.0.1:5000/oauth/bitrix/callback'
  const places = (): { portal: string; auth: string } => ({ portal: portal.url, auth: auth.url })
  const authOptions = {
    state,
    expiresIn,
    places,
    redirectUrl: () => redirectUrl,
    requests: tokenRequests,
    delayMs: options.authDelayMs ?? 0,
  }
  const fetch = (parameters: Fields): object => fetchEvents(state, parameters, options)
  const methods = {
    ...createCommonMethods(state),
    ...createV1Methods(state),
    ...(api === 'v2' && createV2Methods(state, fetch)),
  }
  const rest = new RestServer({ state, methods, faults, rateLimit: rateLimitOf(options) })
  const portal = await startLocalServer(async (request, response) => {
    if (request.url?.startsWith('/oauth/authorize')) answerAuthorize(request, response, authOptions)
    else await rest.handle(request, response)
  })
  const auth = await startLocalServer((request, response) => answerToken(request, response, authOptions))
  const eventFormat = options.eventFormat ?? 'form'
  const post = (event: string, data: object, url: string, more: object = {}): Promise<number | undefined> =>
    postEvent({ url, event, data, auth: { ...authOf(state, places()), ...more }, format: eventFormat })
  let toLose = 0
  const tell = (type: string, data: object): Pick<Act, 'event' | 'delivered'> => {
    const { bot } = state
    if (bot?.eventMode === 'fetch')
      return { event: queue(state, type, data), delivered: Promise.resolve(undefined) }
    const lost = toLose > 0
    if (lost) toLose--
    const url = lost ? undefined : bot?.webhookUrl
    return { event: undefined, delivered: url ? post(type, data, url) : Promise.resolve(undefined) }
  }
  return {
    url: portal.url,
    authUrl: auth.url,
    clientId,
    clientSecret,
    memberId: state.memberId,
    get applicationToken() {
      return state.applicationToken
    },
    get bot() {
      return state.bot
    },
    calls: state.calls,
    tokenRequests,
    events: state.events,
    say: (dialogId, text, speak = {}) => {
      const speaker = toSpeaker(dialogId, speak)
      const bot = requireBot(state)
      const message = state.addMessage(String(dialogId), speaker.userId, text)
      const isV1 = bot.api === 'v1'
      const data = isV1 ? describeV1(bot, message, speaker) : describeV2(bot, message, speaker)
      const told = tell(isV1 ? 'ONIMBOTMESSAGEADD' : 'ONIMBOTV2MESSAGEADD', data)
      return { messageId: message.messageId, ...told }
    },
    join: (dialogId, speak = {}) => {
      const data = describeJoin(requireBot(state), String(dialogId), toSpeaker(dialogId, speak))
      return { messageId: 0, ...tell('ONIMBOTV2JOINCHAT', data) }
    },
    sent: (dialogId) =>
      state.messages.filter(
        (message) =>
          message.authorId === state.bot?.id &&
          (dialogId === undefined || message.dialogId === String(dialogId)),
      ),
    typing: (dialogId) => state.typing.filter((shown) => shown.dialogId === String(dialogId)).length,
    deleteMessage: (messageId) => {
      const message = state.messages.find((known) => known.messageId === messageId)
      if (message) message.deleted = true
    },
    install: (handlerUrl) => {
      state.applicationToken = randomBytes(16).toString('hex')
      const data = { VERSION: 1, ACTIVE: 'Y', INSTALLED: 'Y', LANGUAGE_ID: 'ru' }
      return post('ONAPPINSTALL', data, handlerUrl, { ...state.grant(expiresIn), expires_in: expiresIn })
    },
    uninstall: (handlerUrl) => {
      const { access_token: _, ...rest } = authOf(state, places())
      const url = handlerUrl
      return postEvent({
        url,
        event: 'ONAPPUNINSTALL',
        data: { LANGUAGE_ID: 'ru', CLEAN: 1 },
        auth: rest,
        format: eventFormat,
      })
    },
    grant: () => state.grant(expiresIn),
    redirectTo: (url) => {
      redirectUrl = url
    },
    expireTokens: () => {
      for (const token of state.accessTokens.keys()) state.accessTokens.set(token, 0)
    },
    revokeTokens: () => {
      state.refreshTokens.clear()
      for (const token of state.accessTokens.keys()) state.accessTokens.set(token, 0)
    },
    loseEvents: (count) => {
      toLose = count
    },
    removeBot: () => {
      state.bot = undefined
    },
    inject: (fault) => faults.inject(fault),
    close: async () => {
      await Promise.all([portal.close(), auth.close()])
    },
  }
}

function requireBot({ bot }: PortalState): RegisteredBot {
  if (bot) return bot
  throw new Error('The bot is not registered yet: nobody can write to it.')
}

const STRANGER = 7

function toSpeaker(dialogId: number | string, options: SpeakOptions): Speaker {
  const own = Number(dialogId)
  const {
    userId = Number.isNaN(own) ? STRANGER : own,
    bot = false,
    system = false,
    language = 'ru',
  } = options
  return { userId, name: options.name ?? `User ${userId}`, bot, system, language }
}

function rateLimitOf({
  rateLimits = false,
}: FakeBitrix24Options): { perSecond: number; burst: number } | undefined {
  if (rateLimits === false) return undefined
  return rateLimits === true ? { perSecond: 2, burst: 50 } : rateLimits
}

function queue(state: PortalState, type: string, data: object): StoredEvent {
  const event: StoredEvent = { eventId: state.nextId(), type, data, date: new Date().toISOString() }
  state.events.push(event)
  return event
}

/** An offset confirms what is before it. */
function fetchEvents(
  state: PortalState,
  { offset = 0, limit = 100 }: Fields,
  { repeats = () => false }: FakeBitrix24Options,
): object {
  const now = Date.now()
  for (const event of [...state.events])
    if (event.confirmedAt === undefined && event.eventId < Number(offset)) {
      event.confirmedAt = now
      if (repeats(event.eventId)) queue(state, event.type, event.data)
    }
  const waiting = state.events.filter(({ confirmedAt }) => confirmedAt === undefined)
  const given = waiting.slice(0, Number(limit))
  for (const event of given) event.deliveredAt ??= now
  return {
    events: given.map(({ eventId, type, data, date }) => ({ eventId, type, data, date })),
    nextOffset: (given.at(-1)?.eventId ?? Number(offset) - 1) + 1,
    hasMore: waiting.length > given.length,
  }
}
