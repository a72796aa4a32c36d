import type { Config, ConfigProblem } from './config.ts'

/** What Bitrix24 needs besides the portal's address. */
const REQUIRED = ['BITRIX_DOMAIN', 'BITRIX_CLIENT_ID', 'BITRIX_CLIENT_SECRET'] as const

/** Half a configuration keeps the server from starting: each missing variable is named. */
export function findBitrixConflicts(config: Config): readonly ConfigProblem[] {
  const missing = REQUIRED.filter((name) => config[name] === undefined)
  const present = REQUIRED.filter((name) => config[name] !== undefined)
  if (!config.ENABLE_BITRIX) return []
  const half = missing.length > 0 && present.length > 0
  return [
    ...(half ? missing.map((variable) => missingFor(variable, present.join(', '))) : []),
    ...findAddressConflict(config),
  ]
}

function missingFor(variable: string, present: string): ConfigProblem {
  return {
    variable,
    problem: `is not set, while ${present} is. Missing required configuration.`,
    remedy: 'Copy it from the local application of the portal, or set ENABLE_BITRIX=false.',
  }
}

/** A webhook needs an address that the portal reaches. */
function findAddressConflict(config: Config): readonly ConfigProblem[] {
  const { BITRIX_MODE: mode, BITRIX_DOMAIN, BITRIX_MORE_PORTALS, APP_URL, BITRIX_REDIRECT_URL } = config
  const on = BITRIX_DOMAIN !== undefined || BITRIX_MORE_PORTALS !== undefined
  if (!on || mode !== 'webhook' || APP_URL !== undefined || BITRIX_REDIRECT_URL !== undefined) return []
  return [
    {
      variable: 'BITRIX_MODE',
      problem:
        'is webhook, but neither APP_URL nor BITRIX_REDIRECT_URL says where the portal reaches this server.',
      remedy: 'Set APP_URL to the https address of this server, or BITRIX_MODE=fetch.',
    },
  ]
}

const CALLBACK = '/oauth/bitrix/callback'

/** The application would send people to a page that is not there. */
export function findBitrixDoubts({ BITRIX_REDIRECT_URL: url }: Config): readonly ConfigProblem[] {
  const path = URL.parse(url ?? '')?.pathname
  if (path === undefined || path === CALLBACK) return []
  return [
    {
      variable: 'BITRIX_REDIRECT_URL',
      problem: `leads to ${path}, where nothing is.`,
      remedy: `Let it, and the application in the portal, lead to ${CALLBACK} of this server.`,
    },
  ]
}

/** Secrets that stand inside longer values; the log scrubs them. */
export function bitrixSecretsOf({
  BITRIX_MORE_PORTALS = [],
  BITRIX_TOKEN_KEYS = [],
}: Config): readonly string[] {
  return [
    ...BITRIX_MORE_PORTALS.map(({ clientSecret }) => clientSecret),
    ...BITRIX_TOKEN_KEYS.map(({ key }) => key.toString('base64')),
  ]
}
