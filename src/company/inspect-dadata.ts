import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import { DaDataClient } from './dadata-client.ts'
import { toRefusal } from './dadata-failure.ts'

/** What DaData says of an account. */
export interface DaDataState {
  /** Lookups left today; null when it was not asked, which takes the secret key. */
  readonly remaining: number | null
}

/** Lookups and accounts are served at different addresses. */
const LOOKUPS_URL = 'https://suggestions.dadata.ru'
const ACCOUNTS_URL = 'https://dadata.ru'
/** Of a bank that DaData's own examples name. */
const WELL_KNOWN = '7707083893'

/**
 * Asks DaData whether the key is good: by the day's statistics, which cost nothing, when there is a secret key, else by
 * one lookup. A sentence when there is no key. Throws `company_*`.
 */
export async function inspectDaData(config: Config): Promise<DaDataState | string> {
  const { DADATA_API_KEY: apiKey, DADATA_SECRET_KEY: secretKey, DADATA_BASE_URL: baseUrl } = config
  if (!apiKey) return 'DADATA_API_KEY is not set'
  const timeoutMs = config.HTTP_TIMEOUT_SECONDS * 1_000
  if (secretKey) return { remaining: await askRemaining({ apiKey, secretKey, baseUrl, timeoutMs }) }
  const client = new DaDataClient({ apiKey, baseUrl, timeoutMs })
  try {
    await client.call('findById/party', { query: WELL_KNOWN, branch_type: 'MAIN' })
    return { remaining: null }
  } finally {
    await client.close()
  }
}

interface Account {
  readonly apiKey: string
  readonly secretKey: string
  readonly baseUrl: string
  readonly timeoutMs: number
}

/** Source: dadata.ru/api/stat, `remaining.suggestions`. */
async function askRemaining({ apiKey, secretKey, baseUrl, timeoutMs }: Account): Promise<number | null> {
  const root = baseUrl === LOOKUPS_URL ? ACCOUNTS_URL : baseUrl
  try {
    const reply = await fetch(`${root}/api/v2/stat/daily`, {
      headers: { authorization: `Token ${apiKey}`, 'x-secret': secretKey },
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (!reply.ok) throw toRefusal(reply.status, await reply.text(), [apiKey, secretKey])
    const { remaining } = (await reply.json()) as { readonly remaining?: { readonly suggestions?: unknown } }
    return typeof remaining?.suggestions === 'number' ? remaining.suggestions : null
  } catch (error) {
    throw error instanceof AppError ? error : new AppError('company_unavailable', { cause: error })
  }
}
