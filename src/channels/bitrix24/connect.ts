import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { BitrixBot, BitrixPortal, BitrixPortals } from '../../bitrix24-portals.ts'
import { failureOf } from '../../messaging/call-failure.ts'
import type { BotInfo } from '../channel.ts'
import { isFailure } from './bitrix-failure.ts'
import { fetchEvents } from './fetch-events.ts'
import { NOT_INSTALLED, type Portal } from './portal.ts'
import type { BitrixMessage } from './read-message.ts'
import { registerBot } from './register-bot.ts'

export interface ConnectOptions {
  readonly portal: Portal
  readonly portals: BitrixPortals
  readonly bot: BotInfo
  readonly mode: BitrixBot['eventMode']
  readonly webhookUrl: string | undefined
  /** Between two fetches that brought nothing, in milliseconds. */
  readonly fetchMs: number
  readonly log: FastifyBaseLogger
  readonly signal: AbortSignal
  readonly receive: (message: BitrixMessage) => Promise<void>
}

/** How soon another replica's installation is seen. */
const LOOK_MS = 5_000
/** How soon a bot that was removed, or a changed portal, is seen. */
const SETTLED_MS = 30_000
/** The portal is not to be asked more often while there is more. Source: b24restdocs, imbot.v2.Event.get. */
const MORE_MS = 2_000
const LONGEST_PAUSE_MS = 60_000

/** Keeps one portal connected. */
export class PortalConnection {
  readonly #options: ConnectOptions
  /** True once this process has told the portal how its bot is to be. */
  #registered = false
  #wake = new AbortController()
  #failures = 0

  constructor(options: ConnectOptions) {
    this.#options = options
  }

  /** Runs until the signal aborts. */
  async run(): Promise<void> {
    const { signal } = this.#options
    while (!signal.aborted) {
      const pause = await this.#step()
      await delay(pause, undefined, { signal: AbortSignal.any([signal, this.#wake.signal]) }).catch(
        () => undefined,
      )
      if (this.#wake.signal.aborted) this.#wake = new AbortController()
    }
  }

  /** The portal has new tokens: what was known of it may be wrong. */
  renew(): void {
    this.#registered = false
    this.#wake.abort()
  }

  /** Returns how long to wait until the next, in milliseconds. */
  async #step(): Promise<number> {
    const { portal, signal } = this.#options
    try {
      const known = await portal.read()
      if (!known) {
        portal.problem = NOT_INSTALLED
        this.#registered = false
        return LOOK_MS
      }
      const pause = await this.#serve(known)
      this.#failures = 0
      return pause
    } catch (error) {
      return signal.aborted ? 0 : this.#report(error)
    }
  }

  async #serve(known: BitrixPortal): Promise<number> {
    const { portal, mode, fetchMs } = this.#options
    const bot = this.#registered && known.bot ? known.bot : await this.#register(known)
    portal.problem = null
    if (bot.eventMode === 'webhook') return SETTLED_MS
    const fetched = await fetchEvents({ ...this.#options, botId: bot.id })
    if (fetched === 'more') return Math.min(MORE_MS, fetchMs)
    return fetched === 'elsewhere' && mode === 'fetch' ? Math.max(fetchMs, 1_000) : fetchMs
  }

  async #register(known: BitrixPortal): Promise<BitrixBot> {
    const { portal, log } = this.#options
    await this.#reseal(known)
    const bot = await registerBot(portal, this.#options)
    this.#registered = true
    const way = bot.eventMode === 'fetch' ? 'are fetched' : 'come by webhook'
    log.info({ portal: portal.host, bot: bot.id, api: bot.api }, `Bitrix24: messages ${way}`)
    return bot
  }

  /** What an older key has sealed is sealed with the newest, so that the older one can go. */
  async #reseal(known: BitrixPortal): Promise<void> {
    const { portal, portals } = this.#options
    const { seal } = portal
    const { accessToken, refreshToken, applicationToken } = known
    if (
      seal.isCurrent(accessToken) &&
      seal.isCurrent(refreshToken) &&
      seal.isCurrent(applicationToken ?? accessToken)
    )
      return
    const again = (sealed: string, purpose: string): string => seal.seal(seal.open(sealed, purpose), purpose)
    await portals.reseal({
      ...known,
      accessToken: again(accessToken, 'access'),
      refreshToken: again(refreshToken, 'refresh'),
      applicationToken: applicationToken === null ? null : again(applicationToken, 'application'),
    })
    await portal.read()
  }

  /** Says what is wrong. */
  #report(error: unknown): number {
    const { portal, log } = this.#options
    log.warn({ portal: portal.host, err: error }, 'Bitrix24: not connected; trying again')
    const failure = failureOf(error)
    if (isFailure(error, 'no-bot')) this.#registered = false
    if (failure && !portal.problem?.startsWith('the authorization has ended'))
      portal.problem =
        failure.kind === 'rejected' ? failure.message : 'the portal cannot be reached or refuses us'
    const pause = Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** Math.min(this.#failures++, 10))
    return Math.max(pause, failure?.retryAfterMs ?? 0)
  }
}
