import { AppError } from '../errors.ts'

/** A database URL taken apart. */
export interface DatabaseAddress {
  /** What the driver gets: a plain `postgresql:` URL. */
  readonly connectionString: string
  /** `pool_size` plus `max_overflow`, when the URL says either. */
  readonly poolSize: number | undefined
  /** Host, port and database, without user and password; safe to show. */
  readonly label: string
}

const SCHEMES = /^postgres(?:ql)?(?:\+\w+)?:$/
const POOL_PARAMETERS = ['pool_size', 'max_overflow'] as const

/**
 * Reads `postgres://`, `postgresql://` and the `postgresql+driver://` of SQLAlchemy.
 *
 * @throws `invalid_configuration`; its sentence holds nothing of the URL.
 */
export function parseDatabaseUrl(text: string): DatabaseAddress {
  const url = URL.parse(text)
  if (url === null || !SCHEMES.test(url.protocol)) {
    throw invalid(
      'DATABASE_URL must look like postgresql://user:password@host:5432/database (escape special characters in the password with %XX).',
    )
  }
  const sizes = POOL_PARAMETERS.flatMap((name) => takeNumber(url.searchParams, name))
  // SQLAlchemy's asyncpg spells it `ssl`; without the second parameter the driver verifies more than libpq does.
  const sslMode = url.searchParams.get('ssl')
  if (sslMode !== null && /^[a-z-]+$/.test(sslMode) && !/^(?:true|false)$/.test(sslMode)) {
    url.searchParams.delete('ssl')
    url.searchParams.set('sslmode', sslMode)
  }
  if (url.searchParams.has('sslmode')) url.searchParams.set('uselibpqcompat', 'true')
  const poolSize =
    sizes.length === 0
      ? undefined
      : Math.max(
          1,
          sizes.reduce((sum, size) => sum + size),
        )
  const host = url.searchParams.get('host') ?? (url.hostname === '' ? 'localhost' : url.hostname)
  return {
    connectionString: `postgresql:${url.href.slice(url.protocol.length)}`,
    poolSize,
    label: `${decodeURIComponent(host)}:${url.port === '' ? '5432' : url.port}${decodeURIComponent(url.pathname)}`,
  }
}

function takeNumber(parameters: URLSearchParams, name: string): readonly number[] {
  const text = parameters.get(name)
  if (text === null) return []
  parameters.delete(name)
  if (!/^\d{1,4}$/.test(text)) throw invalid(`DATABASE_URL: ${name} must be a whole number.`)
  return [Number(text)]
}

function invalid(problem: string): AppError {
  return new AppError('invalid_configuration', { params: { problem } })
}
