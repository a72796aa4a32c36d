import type { BitrixPortals } from '../../bitrix24-portals.ts'
import type { Config } from '../../config.ts'
import { toChannelError } from '../../messaging/call-failure.ts'
import { toBitrix24Settings } from './bitrix24-options.ts'
import { NOT_INSTALLED, Portal } from './portal.ts'

/** What a portal says of our application. */
export interface BitrixPortalState {
  readonly host: string
  /** Null when it serves; otherwise what is missing. */
  readonly problem: string | null
  /** How messages come, once the bot is registered. */
  readonly mode: 'fetch' | 'webhook' | null
}

/** Asks the portals whether they take our tokens; a sentence when the channel is off. Throws a coded error when there is no answer. */
export async function inspectBitrix24(
  config: Config,
  portals: BitrixPortals,
): Promise<readonly BitrixPortalState[] | string> {
  const settings = toBitrix24Settings(config)
  if (typeof settings === 'string') return settings
  const { applications, restUrl } = settings
  const served = applications.map(
    (application, index) =>
      new Portal({ ...settings, portals, application, restUrl: index === 0 ? restUrl : undefined }),
  )
  try {
    return await Promise.all(served.map(inspect))
  } catch (error) {
    throw toChannelError(error)
  }
}

async function inspect(portal: Portal): Promise<BitrixPortalState> {
  const { host } = portal
  const known = await portal.read()
  if (!known) return { host, problem: NOT_INSTALLED, mode: null }
  await portal.call('app.info', {}, new AbortController().signal)
  const mode = known.bot?.eventMode ?? null
  return { host, problem: mode === null ? 'the bot is not registered; start the server' : null, mode }
}
