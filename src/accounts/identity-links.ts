import { createHash, randomInt } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { AppError } from '../errors.ts'
import { subjectOf } from '../http/principal.ts'
import type { CreateLimiter, Limiter } from '../limits/limits.ts'
import type { Identities } from '../store/store.ts'
import type { IdentityLinks, LinkCodeForPerson } from './accounts.ts'

/** Without letters that look like digits; eight of them are 40 bits. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CODE_LENGTH = 8
const LIFETIME_SECONDS = 600
/** How long another replica may go on with what it knew of a subject, in milliseconds. */
const KNOWN_MS = 5_000
const MAX_KNOWN = 10_000

/** Subjects that name a user already, or nobody. */
const NEVER_LINKED = /^(?:user|session):/

export function createIdentityLinks(identities: Identities, createLimiter: CreateLimiter): IdentityLinks {
  return new StoredLinks(identities, createLimiter)
}

class StoredLinks implements IdentityLinks {
  readonly #identities: Identities
  readonly #codes: Limiter
  readonly #tries: Limiter
  readonly #allTries: Limiter
  readonly #known = new LRUCache<string, string>({ max: MAX_KNOWN, ttl: KNOWN_MS })

  constructor(identities: Identities, createLimiter: CreateLimiter) {
    this.#identities = identities
    this.#codes = createLimiter({ name: 'link-codes', points: 20, seconds: 3_600 })
    this.#tries = createLimiter({ name: 'link-tries', points: 5, seconds: LIFETIME_SECONDS })
    this.#allTries = createLimiter({ name: 'link-all-tries', points: 300, seconds: LIFETIME_SECONDS })
  }

  async newCode(userId: number): Promise<LinkCodeForPerson> {
    await requireUse(this.#codes, String(userId))
    const letters = Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
    await this.#identities.keepCode({ userId, hash: hashOf(letters), lifetimeMs: LIFETIME_SECONDS * 1_000 })
    return { code: `${letters.slice(0, 4)}-${letters.slice(4)}`, lifetimeSeconds: LIFETIME_SECONDS }
  }

  async link(subject: string, code: string): Promise<boolean> {
    if (NEVER_LINKED.test(subject)) return false
    await requireUse(this.#tries, subject)
    await requireUse(this.#allTries, 'all')
    const userId = await this.#identities.redeem(hashOf(toLetters(code)), subject)
    if (userId === undefined) return false
    this.#known.delete(subject)
    await this.#tries.forgive(subject)
    return true
  }

  async resolve(subject: string): Promise<string> {
    if (NEVER_LINKED.test(subject)) return subject
    const known = this.#known.get(subject)
    if (known !== undefined) return known
    const userId = await this.#identities.ownerOf(subject)
    const resolved = userId === undefined ? subject : subjectOf({ userId })
    this.#known.set(subject, resolved)
    return resolved
  }

  async list(userId: number): Promise<readonly string[]> {
    return this.#identities.ofUser(userId)
  }

  async unlink(userId: number, subject: string): Promise<boolean> {
    const unlinked = await this.#identities.unlink(userId, subject)
    this.#known.delete(subject)
    return unlinked
  }
}

async function requireUse(limiter: Limiter, key: string): Promise<void> {
  const { allowed, resetMs } = await limiter.use(key)
  if (!allowed) throw new AppError('rate_limited', { retryAfterMs: resetMs })
}

/** What people type: small letters, spaces and dashes, letters for the digits they look like. */
function toLetters(code: string): string {
  return code
    .slice(0, 40)
    .toUpperCase()
    .replaceAll(/[^\dA-Z]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
}

/** Looked up by its hash, so that no comparison takes longer the more of a guess is right. */
function hashOf(letters: string): string {
  return createHash('sha256').update(letters).digest('hex')
}
