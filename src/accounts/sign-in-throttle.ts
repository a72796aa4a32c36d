import { createHash } from 'node:crypto'
import { AppError } from '../errors.ts'
import type { Allowance, CreateLimiter, Limiter } from '../limits/limits.ts'

/** Failed attempts of one address at one account. */
const AT_ACCOUNT = { name: 'sign-in', points: 5, seconds: 900 }
/** Failed attempts of one address at whatever accounts. */
const OF_ADDRESS = { name: 'sign-in-address', points: 50, seconds: 900 }
/** Failed attempts at one account from wherever. */
const FROM_ANYWHERE = { name: 'sign-in-account', points: 100, seconds: 900 }
/** An address from which somebody has signed in to the account, for 14 days; timers reach no further than 24. */
const KNOWN_PLACE = { name: 'sign-in-known', points: 1, seconds: 1_209_600 }
const SIGN_UPS = { name: 'sign-up', points: 30, seconds: 3_600 }

export interface Attempt {
  readonly email: string
  readonly address: string
}

/**
 * Slows down who guesses passwords. Failures alone count. An attacker shuts out their own address, and with many
 * addresses at most other strange ones: from where a person has signed in before, they always can.
 */
export class SignInThrottle {
  readonly #atAccount: Limiter
  readonly #ofAddress: Limiter
  readonly #fromAnywhere: Limiter
  readonly #knownPlace: Limiter
  readonly #signUps: Limiter

  constructor(createLimiter: CreateLimiter) {
    this.#atAccount = createLimiter(AT_ACCOUNT)
    this.#ofAddress = createLimiter(OF_ADDRESS)
    this.#fromAnywhere = createLimiter(FROM_ANYWHERE)
    this.#knownPlace = createLimiter(KNOWN_PLACE)
    this.#signUps = createLimiter(SIGN_UPS)
  }

  /** Runs an attempt, which gives undefined when it fails. Throws `sign_in_throttled` or `credentials_invalid`. */
  async guard<Result>(
    { email, address }: Attempt,
    attempt: () => Promise<Result | undefined>,
  ): Promise<Result> {
    const account = nameOf(email)
    const pair = nameOf(`${email} ${address}`)
    await this.#requireLeft(pair, { account, address })
    const result = await attempt()
    if (result === undefined) {
      await Promise.all([
        this.#atAccount.use(pair),
        this.#ofAddress.use(address),
        this.#fromAnywhere.use(account),
      ])
      throw new AppError('credentials_invalid')
    }
    // One right guess among many sent at once must not count when the others have used up the attempts.
    requireLeft(await this.#atAccount.look(pair))
    await Promise.all([this.#atAccount.forgive(pair), this.#knownPlace.use(pair)])
    return result
  }

  /** Counts a sign-up. Throws `sign_up_throttled`. */
  async countSignUp(address: string): Promise<void> {
    const { allowed, resetMs } = await this.#signUps.use(address)
    if (!allowed) throw new AppError('sign_up_throttled', { retryAfterMs: resetMs })
  }

  async #requireLeft(
    pair: string,
    { account, address }: { readonly account: string; readonly address: string },
  ): Promise<void> {
    requireLeft(await this.#atAccount.look(pair))
    const known = (await this.#knownPlace.look(pair)).left === 0
    if (known) return
    requireLeft(await this.#ofAddress.look(address))
    requireLeft(await this.#fromAnywhere.look(account))
  }
}

function requireLeft({ left, resetMs }: Allowance): void {
  if (left === 0) throw new AppError('sign_in_throttled', { retryAfterMs: resetMs })
}

/** Addresses of people do not belong into the names of counters. */
function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
