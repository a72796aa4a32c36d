import { openCache } from '../cache/open-cache.ts'
import type { Cache, ContentCache, RedisClient } from '../cache/cache.ts'
import type { Config } from '../config.ts'
import { createLimiters } from '../limits/create-limiters.ts'
import type { CreateLimiter } from '../limits/limits.ts'
import type { Store } from '../store/store.ts'
import type { AccountService } from './accounts.ts'
import { createAccountService } from './create-accounts.ts'
import { ForeignTokens } from './foreign-tokens.ts'
import { PersonalConversations } from './personal-conversations.ts'
import { findTokenSecrets, type TokenSecrets } from './token-secrets.ts'
import { Tokens } from './tokens.ts'

export interface AccessOptions {
  readonly config: Config
  readonly store: Store
  /** True when no other process writes to the database. */
  readonly alone: boolean
  readonly onWarning: (message: string, error?: unknown) => void
}

/** Who people are, how often they may ask, and what is remembered for them. */
export interface Access {
  /** Undefined when there are no accounts: in production without `JWT_SECRET`. */
  readonly accounts: AccountService | undefined
  readonly conversations: PersonalConversations
  readonly createLimiter: CreateLimiter
  readonly cache: Cache
  /** The connection; absent without `REDIS_URL`. */
  readonly redis: RedisClient | undefined
  readonly content: ContentCache
  readonly tokenSecret: TokenSecrets['origin'] | undefined
  /** The subject whose rows a sender reads and writes: their account's when they have linked one. */
  resolve(subject: string): Promise<string>
  /** See `Host.link`. */
  link(subject: string, code: string): Promise<boolean>
  close(): Promise<void>
}

const DAY_SECONDS = 86_400

export async function openAccess({ config, store, alone, onWarning }: AccessOptions): Promise<Access> {
  const opened = await openCache({
    redisUrl: config.REDIS_URL,
    alone,
    onChange: (state, error) => onWarning(REDIS_CHANGES[state], error),
  })
  const { cache, content, redis } = opened
  const createLimiter = createLimiters(redis)
  const found = await findTokenSecrets(config)
  const accounts =
    found && createAccountService({ store, tokens: createTokens(config, found.secrets), createLimiter })
  return {
    accounts,
    conversations: new PersonalConversations(store.ownConversations, cache),
    createLimiter,
    cache,
    content,
    redis,
    tokenSecret: found?.origin,
    resolve: async (subject) => (await accounts?.links.resolve(subject)) ?? subject,
    link: async (subject, code) => (await accounts?.links.link(subject, code)) ?? false,
    close: () => opened.close(),
  }
}

const REDIS_CHANGES = {
  away: 'Redis is away: nothing is cached, and each process counts rate limits for itself',
  back: 'Redis is back',
} as const

/** Issues and verifies tokens as the configuration says. */
export function createTokens(config: Config, secrets: TokenSecrets['secrets']): Tokens {
  const { JWKS_URL: url, JWKS_ISSUER: issuer, JWKS_AUDIENCE: audience } = config
  return new Tokens({
    secrets,
    algorithm: config.JWT_ALGORITHM,
    issuer: config.JWT_ISSUER,
    audience: config.JWT_AUDIENCE,
    lifetimeSeconds: config.JWT_EXPIRATION_DAYS * DAY_SECONDS,
    ...(url && issuer && audience && { foreign: new ForeignTokens({ url, issuer, audience }) }),
  })
}
