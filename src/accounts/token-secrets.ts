import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The secrets that sign and verify tokens, and where they come from. */
export interface TokenSecrets {
  readonly secrets: readonly [string, ...string[]]
  /** `JWT_SECRET`, a file of a development server, or this start alone. */
  readonly origin: 'setting' | 'file' | 'start'
}

export interface SecretSettings {
  readonly JWT_SECRET: string | undefined
  readonly JWT_PREVIOUS_SECRETS: readonly string[] | undefined
  readonly NODE_ENV: string
  readonly DATA_DIR: string
}

/**
 * The secrets of the settings. In development, without any, one that is made at the first start and kept in the data
 * folder, so that a restart signs nobody out; undefined in production.
 */
export async function findTokenSecrets(settings: SecretSettings): Promise<TokenSecrets | undefined> {
  const { JWT_SECRET, JWT_PREVIOUS_SECRETS = [], NODE_ENV, DATA_DIR } = settings
  if (JWT_SECRET) return { secrets: [JWT_SECRET, ...JWT_PREVIOUS_SECRETS], origin: 'setting' }
  if (NODE_ENV === 'production') return undefined
  const file = join(DATA_DIR, 'jwt-secret')
  const fresh = randomBytes(32).toString('base64url')
  try {
    await mkdir(DATA_DIR, { recursive: true, mode: 0o700 })
    await writeFile(file, fresh, { flag: 'wx', mode: 0o600 })
    return { secrets: [fresh], origin: 'file' }
  } catch {
    const kept = await readFile(file, 'utf8').catch(() => '')
    return kept.length >= 32
      ? { secrets: [kept, ...JWT_PREVIOUS_SECRETS], origin: 'file' }
      : { secrets: [fresh], origin: 'start' }
  }
}
