import { randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
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

/** A file with less was not written by us. */
const SHORTEST = 32

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
  await keepSecret(DATA_DIR, file, fresh)
  const kept = await readFile(file, 'utf8').catch(() => '')
  return kept.length >= SHORTEST
    ? { secrets: [kept, ...JWT_PREVIOUS_SECRETS], origin: 'file' }
    : { secrets: [fresh, ...JWT_PREVIOUS_SECRETS], origin: 'start' }
}

/** Leaves the file whole or as it was; one that exists already stays. Does nothing where nothing can be written. */
async function keepSecret(folder: string, file: string, secret: string): Promise<void> {
  const draft = `${file}.${randomUUID()}`
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(draft, secret, { flag: 'wx', mode: 0o600 })
    await link(draft, file)
  } catch {
    // Somebody else was first, or the folder is closed to us: what can be read then decides.
  } finally {
    await rm(draft, { force: true }).catch(() => undefined)
  }
}
