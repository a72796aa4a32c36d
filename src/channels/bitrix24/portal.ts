import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { BitrixPortal, BitrixPortals } from '../../bitrix24-portals.ts'
import type { BitrixApplication, TokenKey } from '../../bitrix24-setting-types.ts'
import { refreshTokens, type GrantedTokens } from './auth-server.ts'
import { fetchGuarded, type FetchedFile } from '../../fetch-guarded.ts'
import { BitrixFailure, isFailure } from './bitrix-failure.ts'
import { CallSchedule } from './call-schedule.ts'
import { hold } from './hold.ts'
import { callRest } from './rest-call.ts'
import { TokenSeal } from './token-seal.ts'

export interface PortalOptions {
  readonly application: BitrixApplication
  /** Absent: `/rest` of the portal. */
  readonly restUrl?: string | undefined
  readonly oauthUrl: string
  readonly tokenKeys: readonly TokenKey[]
  readonly portals: BitrixPortals
  readonly callsPerSecond: number
  readonly timeoutMs: number
}

interface NamedCall {
  readonly method: string
  readonly parameters: object
}

export const NOT_INSTALLED = 'the application is not authorized; open /oauth/bitrix/start'

/** Longer than the authorization server takes; then somebody else may try. */
const REFRESH_LEASE_MS = 30_000
const LOOK_MS = 100

/** For a large file over a slow line. */
const DOWNLOAD_MS = 60_000

/** Authorization servers of Bitrix24, by country. Source: b24restdocs, and @bitrix24/b24jssdk. */
const AUTH_HOSTS: readonly string[] = ['oauth.bitrix.info', 'oauth.bitrix24.tech']

/** One portal: its tokens, its pace, what is known about it. */
export class Portal {
  readonly application: BitrixApplication
  readonly origin: string
  readonly host: string
  readonly seal: TokenSeal
  readonly schedule: CallSchedule
  /** What is wrong, for operators; null when nothing is. */
  problem: string | null = NOT_INSTALLED
  readonly #options: PortalOptions
  /** Names this process in leases. */
  readonly owner = randomUUID()
  #known: BitrixPortal | undefined
  #refreshing: Promise<void> | undefined

  constructor(options: PortalOptions) {
    const { application, tokenKeys, callsPerSecond } = options
    this.#options = options
    this.application = application
    this.origin = application.origin
    this.host = new URL(application.origin).host
    this.seal = new TokenSeal(application.origin, application.clientSecret, tokenKeys)
    this.schedule = new CallSchedule(callsPerSecond)
  }

  /** What the store knows now; undefined when the application is not installed. */
  async read(): Promise<BitrixPortal | undefined> {
    this.#known = await this.#options.portals.find(this.origin)
    return this.#known
  }

  /** What was known last, read when nothing was. */
  async state(): Promise<BitrixPortal | undefined> {
    return this.#known ?? (await this.read())
  }

  /** Calls a method in its turn, with new tokens if need be. Throws a `BitrixFailure` or the signal's reason. */
  call(method: string, parameters: object, signal: AbortSignal): Promise<unknown> {
    return this.schedule.run(signal, () => this.#callFresh({ method, parameters }, signal))
  }

  /** The same for a call that, once it is made, is not broken off: nobody would know what became of it. */
  callWhole(method: string, parameters: object, signal: AbortSignal): Promise<unknown> {
    const named = { method, parameters }
    return this.schedule.run(signal, () => this.#callFresh(named, signal, new AbortController().signal))
  }

  /** The same only while there is plenty of room. */
  async courtesy(method: string, parameters: object, signal: AbortSignal): Promise<void> {
    await this.schedule.courtesy(() => this.#callFresh({ method, parameters }, signal))
  }

  /**
   * Fetches a file in its turn, by a link that the portal gave; only the portal itself may be in a network of our own.
   * Throws as `fetchGuarded`.
   */
  download(url: string, maxBytes: number, signal: AbortSignal): Promise<FetchedFile> {
    const ownHosts = [new URL(this.origin).hostname]
    const options = { ownHosts, maxBytes, timeoutMs: DOWNLOAD_MS, signal }
    return this.schedule.run(signal, () => fetchGuarded(url, options))
  }

  /**
   * Calls a method with a token that somebody showed, to see whether it is good. Only while there is plenty of room, so
   * that nobody keeps answers waiting by showing tokens; throws a `throttled` failure otherwise.
   */
  async callWith(accessToken: string, method: string, signal: AbortSignal): Promise<unknown> {
    const results: unknown[] = []
    await this.schedule.courtesy(async () => {
      results.push(await this.#rawCall(method, { auth: accessToken }, signal))
    })
    if (results.length > 0) return results[0]
    throw new BitrixFailure('the portal is too busy to be asked', { kind: 'throttled' })
  }

  /** The address of an authorization server that may see the client secret. */
  authServerFor(endpoint: string | undefined): string {
    const { oauthUrl } = this.#options
    const url = URL.parse(endpoint ?? '')
    const allowed = [...AUTH_HOSTS, this.host]
    return url && allowed.includes(url.host) && this.#isSecure(url) ? url.origin : oauthUrl
  }

  /** Whether an address that a message or a reply names may belong to this portal. */
  isOwn(endpoint: string): boolean {
    const host = endpoint.includes('://') ? URL.parse(endpoint)?.host : endpoint.toLowerCase()
    return host === this.host
  }

  /** `signal` says whether the call is to be made, `within` whether it is to go on. */
  async #callFresh(named: NamedCall, signal: AbortSignal, within: AbortSignal = signal): Promise<unknown> {
    const portal = await this.#require()
    try {
      return await this.#callAs(portal, named, within)
    } catch (error) {
      if (!isFailure(error, 'expired')) throw error
    }
    await this.#refreshOnce(portal.version)
    signal.throwIfAborted()
    return this.#callAs(await this.#require(), named, within)
  }

  async #require(): Promise<BitrixPortal> {
    const portal = await this.state()
    if (portal) return portal
    throw new BitrixFailure(NOT_INSTALLED, { kind: 'unauthorized' })
  }

  #callAs(portal: BitrixPortal, { method, parameters }: NamedCall, signal: AbortSignal): Promise<unknown> {
    const auth = this.seal.open(portal.accessToken, 'access')
    return this.#rawCall(method, { ...parameters, auth }, signal)
  }

  async #rawCall(method: string, parameters: object, signal: AbortSignal): Promise<unknown> {
    const { restUrl = `${this.origin}/rest`, timeoutMs } = this.#options
    const body = JSON.stringify(parameters)
    const reply = await callRest({ url: `${restUrl}/${method}`, method, body, timeoutMs, signal })
    return 'result' in reply ? reply.result : undefined
  }

  /** Many calls that find their token expired share one refresh. */
  #refreshOnce(version: number): Promise<void> {
    this.#refreshing ??= this.#refresh(version).finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  /** Refreshes the tokens, or waits until another replica has. */
  async #refresh(version: number): Promise<void> {
    const { portals } = this.#options
    const deadline = performance.now() + REFRESH_LEASE_MS * 2
    while (performance.now() < deadline) {
      const portal = await this.read()
      if (!portal || portal.version > version) return
      const claim = { origin: this.origin, version, owner: this.owner, leaseMs: REFRESH_LEASE_MS }
      if (await portals.claimRefresh(claim)) return this.#renew(portal)
      await delay(LOOK_MS)
    }
    throw new BitrixFailure('the tokens are being refreshed for too long', { kind: 'unreachable' })
  }

  async #renew(portal: BitrixPortal): Promise<void> {
    const { portals, timeoutMs } = this.#options
    try {
      const refreshToken = this.seal.open(portal.refreshToken, 'refresh')
      const server = this.authServerFor(portal.authServer)
      const granted = await refreshTokens(refreshToken, { application: this.application, server, timeoutMs })
      // The old ones are used up: what is lost here only a person at the portal can give again.
      await hold(() => portals.keepTokens(this.origin, this.owner, this.sealTokens(granted)))
      await this.read()
    } catch (error) {
      await portals.releaseRefresh(this.origin, this.owner).catch(() => undefined)
      if (isFailure(error, 'unauthorized'))
        this.problem = 'the authorization has ended; open /oauth/bitrix/start'
      throw error
    }
  }

  sealTokens(granted: GrantedTokens): {
    readonly accessToken: string
    readonly refreshToken: string
    readonly authServer: string
  } {
    return {
      accessToken: this.seal.seal(granted.access_token, 'access'),
      refreshToken: this.seal.seal(granted.refresh_token, 'refresh'),
      authServer: this.authServerFor(granted.server_endpoint),
    }
  }

  /** Secrets go out unencrypted only to where the settings themselves say so. */
  #isSecure(url: URL): boolean {
    return url.protocol === 'https:' || url.origin === this.origin
  }
}
