import type { Config } from '../../config.ts'
import type { BitrixApplication, TokenKey } from '../../bitrix24-setting-types.ts'
import type { BitrixBot } from '../../bitrix24-portals.ts'
import { EVENT_PATH } from './event-routes.ts'

/** What the environment says about Bitrix24. */
export interface Bitrix24Settings {
  /** The name of the bot that answers; absent: the default bot. */
  readonly bot?: string
  /** At least one. */
  readonly applications: readonly BitrixApplication[]
  readonly mode: BitrixBot['eventMode']
  /** Where people and portals reach this server. */
  readonly publicUrl: string | undefined
  readonly webhookUrl: string | undefined
  /** Of the first portal. */
  readonly restUrl: string | undefined
  readonly oauthUrl: string
  readonly tokenKeys: readonly TokenKey[]
  readonly callsPerSecond: number
  readonly fetchMs: number
  readonly timeoutMs: number
}

/** What the environment says about Bitrix24; a sentence when the channel is off. */
export function toBitrix24Settings(config: Config): Bitrix24Settings | string {
  if (!config.ENABLE_BITRIX) return 'off: ENABLE_BITRIX is false'
  const applications = applicationsOf(config)
  if (applications.length === 0)
    return 'off: set BITRIX_DOMAIN, BITRIX_CLIENT_ID and BITRIX_CLIENT_SECRET to those of a local application'
  const publicUrl = config.APP_URL ?? URL.parse(config.BITRIX_REDIRECT_URL ?? '')?.origin
  return {
    applications,
    ...(config.BITRIX_BOT && { bot: config.BITRIX_BOT }),
    mode: config.BITRIX_MODE === 'webhook' ? 'webhook' : 'fetch',
    publicUrl,
    webhookUrl: publicUrl === undefined ? undefined : publicUrl + EVENT_PATH,
    restUrl: config.BITRIX_REST_URL,
    oauthUrl: config.BITRIX_OAUTH_URL,
    tokenKeys: config.BITRIX_TOKEN_KEYS ?? [],
    callsPerSecond: config.BITRIX_CALLS_PER_SECOND,
    fetchMs: config.BITRIX_FETCH_SECONDS * 1_000,
    timeoutMs: config.HTTP_TIMEOUT_SECONDS * 1_000,
  }
}

/** What a start prints about the channel. */
export function describeBitrix24(config: Config): { readonly on: boolean; readonly detail: string } {
  const settings = toBitrix24Settings(config)
  if (typeof settings === 'string') return { on: false, detail: settings }
  const { applications, mode, webhookUrl } = settings
  const portals = applications.map(({ origin }) => new URL(origin).host).join(', ')
  const way = mode === 'fetch' ? 'are fetched' : `come by webhook at ${webhookUrl}`
  return { on: true, detail: `${portals}: messages ${way}; authorize at /oauth/bitrix/start` }
}

function applicationsOf(config: Config): readonly BitrixApplication[] {
  const { BITRIX_DOMAIN: origin, BITRIX_CLIENT_ID: clientId, BITRIX_CLIENT_SECRET: clientSecret } = config
  const first = origin && clientId && clientSecret ? [{ origin, clientId, clientSecret }] : []
  return [...first, ...(config.BITRIX_MORE_PORTALS ?? [])]
}
