import { randomBytes } from 'node:crypto'
import { answerAuthorize, answerToken, type TokenRequest } from './bitrix24/auth-server.ts'
import { createCommonMethods, createV1Methods, createV2Methods, type Methods } from './bitrix24/methods.ts'
import { createPeople, type People } from './bitrix24/people.ts'
import { PortalEvents } from './bitrix24/portal-events.ts'
import { PortalState } from './bitrix24/portal-state.ts'
import type { BitrixCall, RegisteredBot, StoredEvent } from './bitrix24/portal-state.ts'
import { RestServer, type BitrixFault } from './bitrix24/rest-server.ts'
import { createFaultQueue } from './fault-queue.ts'
import { startLocalServer } from './local-server.ts'

export type { SentFile, StoredFile } from './bitrix24/drive.ts'
export type { Act, SpeakOptions } from './bitrix24/writers.ts'
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
  /** The rights of the application, such as `imbot,disk`. Default `imbot`. */
  readonly scope?: string
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

export interface FakeBitrix24 extends People {
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
  redirectTo(url: string): void
  /** The next events in webhook mode never arrive, and nobody is told. */
  loseEvents(count: number): void
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
  const { expiresIn = 3_600 } = options
  const state = new PortalState(
    {
      clientId: options.clientId ?? `local.${randomBytes(7).toString('hex')}.12345678`,
      clientSecret: options.clientSecret ?? randomBytes(25).toString('hex'),
    },
    options.scope,
  )
  const faults = createFaultQueue(options.fault)
  const tokenRequests: TokenRequest[] = []
  let redirectUrl = options.redirectUrl ?? 'http://127.0.0.1:5000/oauth/bitrix/callback'
  const places = (): { portal: string; auth: string } => ({ portal: portal.url, auth: auth.url })
  const { eventFormat: format = 'form', repeats = () => false } = options
  const events = new PortalEvents({ state, format, places, repeats })
  const rest = new RestServer({
    state,
    methods: methodsOf(state, events, options),
    faults,
    rateLimit: rateLimitOf(options),
  })
  const authOptions = {
    state,
    expiresIn,
    places,
    redirectUrl: () => redirectUrl,
    requests: tokenRequests,
    delayMs: options.authDelayMs ?? 0,
  }
  const portal = await startLocalServer(async (request, response) => {
    if (request.url?.startsWith('/oauth/authorize')) answerAuthorize(request, response, authOptions)
    else if (request.url?.startsWith('/rest/download.json')) state.drive.answer(request, response)
    else await rest.handle(request, response)
  })
  state.drive.origin = portal.url
  const auth = await startLocalServer((request, response) => answerToken(request, response, authOptions))
  return Object.assign(describeState(state), createPeople({ state, events, expiresIn }), {
    url: portal.url,
    authUrl: auth.url,
    tokenRequests,
    redirectTo: (url: string) => {
      redirectUrl = url
    },
    loseEvents: (count: number) => {
      events.toLose = count
    },
    inject: (fault: BitrixFault | undefined) => faults.inject(fault),
    close: async () => {
      await Promise.all([portal.close(), auth.close()])
    },
  })
}

type Described = Pick<
  FakeBitrix24,
  'clientId' | 'clientSecret' | 'memberId' | 'applicationToken' | 'bot' | 'calls' | 'events'
>

function describeState(state: PortalState): Described {
  return {
    ...state.application,
    memberId: state.memberId,
    get applicationToken() {
      return state.applicationToken
    },
    get bot() {
      return state.bot
    },
    calls: state.calls,
    events: state.events,
  }
}

function methodsOf(state: PortalState, events: PortalEvents, { api = 'v2' }: FakeBitrix24Options): Methods {
  return {
    ...createCommonMethods(state),
    ...createV1Methods(state),
    ...(api === 'v2' && createV2Methods(state, (parameters) => events.fetch(parameters))),
  }
}

function rateLimitOf({
  rateLimits = false,
}: FakeBitrix24Options): { perSecond: number; burst: number } | undefined {
  if (rateLimits === false) return undefined
  return rateLimits === true ? { perSecond: 2, burst: 50 } : rateLimits
}
