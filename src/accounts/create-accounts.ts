import { LRUCache } from 'lru-cache'
import { AppError } from '../errors.ts'
import { NOBODY, type Principal } from '../http/principal.ts'
import type { CreateLimiter } from '../limits/limits.ts'
import type { Store, StoredUser } from '../store/store.ts'
import type { AccountService, Credentials, NewPerson, SignedIn } from './accounts.ts'
import { createIdentityLinks } from './identity-links.ts'
import { PasswordWork } from './password-work.ts'
import { Passwords } from './passwords.ts'
import { SignInThrottle } from './sign-in-throttle.ts'
import type { Tokens, VerifiedToken } from './tokens.ts'

export interface AccountOptions {
  readonly store: Pick<Store, 'accounts' | 'identities'>
  readonly tokens: Tokens
  readonly createLimiter: CreateLimiter
}

/** The largest id the table of users can hold. */
const MAX_ID = 2_147_483_647

export function createAccountService(options: AccountOptions): AccountService {
  const { store, tokens, createLimiter } = options
  const throttle = new SignInThrottle(createLimiter)
  const passwords = new Passwords(new PasswordWork())
  const authentication = new Authentication(options)
  const signedIn = async (user: StoredUser): Promise<SignedIn> => ({
    token: await tokens.issue({ subject: String(user.id) }),
    user,
  })
  return {
    signUp: async ({ name, email, password, address }: NewPerson) => {
      await throttle.countSignUp(address)
      const passwordHash = await passwords.hash(password)
      const user = await store.accounts.create({ email: email.toLowerCase(), name, passwordHash })
      if (!user) throw new AppError('email_taken')
      return signedIn(user)
    },
    signIn: async ({ email, password, address }: Credentials) => {
      const attempt = { email: email.toLowerCase(), address }
      const user = await throttle.guard(attempt, async () => {
        const found = await store.accounts.findByEmail(attempt.email)
        return (await passwords.matches(password, found?.passwordHash)) ? found : undefined
      })
      return signedIn(user)
    },
    signOut: (token) => authentication.end(token),
    authenticate: (token) => authentication.principalOf(token),
    find: (userId) => store.accounts.find(userId),
    links: createIdentityLinks(store.identities, createLimiter),
  }
}

/** Finds out whose a token is, and ends tokens. */
class Authentication {
  readonly #options: AccountOptions
  /** Users by the subjects of another issuer; such a pair never changes. */
  readonly #foreign = new LRUCache<string, number>({ max: 10_000 })

  constructor(options: AccountOptions) {
    this.#options = options
  }

  async principalOf(token: string): Promise<Principal> {
    const verified = await this.#options.tokens.verify(token)
    const { accounts } = this.#options.store
    if (verified.role) {
      if (await accounts.isEnded(verified.id)) throw new AppError('token_invalid')
      return { userId: NOBODY, role: verified.role }
    }
    const userId = await this.#userOf(verified)
    const role = await accounts.roleOf(userId, verified.id)
    if (!role) throw new AppError('token_invalid')
    return { userId, role }
  }

  async end(token: string): Promise<void> {
    try {
      const { id, expiresAt } = await this.#options.tokens.verify(token)
      await this.#options.store.accounts.endToken(id, expiresAt)
    } catch (error) {
      // What is not valid has ended already.
      if (!(error instanceof AppError) || error.code !== 'token_invalid') throw error
    }
  }

  async #userOf({ subject, foreign }: VerifiedToken): Promise<number> {
    if (!foreign) {
      const id = /^\d{1,10}$/.test(subject) ? Number(subject) : 0
      if (id < 1 || id > MAX_ID) throw new AppError('token_invalid')
      return id
    }
    const known = this.#foreign.get(subject)
    if (known !== undefined) return known
    const userId = await this.#options.store.identities.findOrCreate({ subject, ...foreign })
    this.#foreign.set(subject, userId)
    return userId
  }
}
