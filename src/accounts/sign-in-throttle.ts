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

/** The names under which an attempt is counted. */
interface Place {
  readonly account: string
  readonly address: string
  /** The account from that address. */
  readonly pair: string
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
    const place: Place = { account: nameOf(email), address, pair: nameOf(`${email} ${address}`) }
    await this.#requireLeft(place)
    const result = await attempt()
    if (result === undefined) throw await this.#countFailure(place)
    // One right guess among many sent at once must not count when the others have used up the attempts.
    await this.#requireLeft(place)
    await Promise.all([this.#atAccount.forgive(place.pair), this.#knownPlace.use(place.pair)])
    return result
  }

  /** Counts a sign-up. Throws `sign_up_throttled`. */
  async countSignUp(address: string): Promise<void> {
    const { allowed, resetMs } = await this.#signUps.use(address)
    if (!allowed) throw new AppError('sign_up_throttled', { retryAfterMs: resetMs })
  }

  /** What a failed attempt is told: one too many the same as a right guess then, or it would tell that one apart. */
  async #countFailure({ account, address, pair }: Place): Promise<AppError> {
    const [atAccount, ...elsewhere] = await Promise.all([
      this.#atAccount.use(pair),
      this.#ofAddress.use(address),
      this.#fromAnywhere.use(account),
    ])
    const counted = (await this.#isKnown(pair)) ? [atAccount] : [atAccount, ...elsewhere]
    const over = counted.find(({ allowed }) => !allowed)
    return over ? throttled(over) : new AppError('credentials_invalid')
  }

  async #requireLeft({ account, address, pair }: Place): Promise<void> {
    requireLeft(await this.#atAccount.look(pair))
    if (await this.#isKnown(pair)) return
    requireLeft(await this.#ofAddress.look(address))
    requireLeft(await this.#fromAnywhere.look(account))
  }

  async #isKnown(pair: string): Promise<boolean> {
    return (await this.#knownPlace.look(pair)).left === 0
  }
}

function requireLeft(allowance: Allowance): void {
  if (allowance.left === 0) throw throttled(allowance)
}

function throttled({ resetMs }: Allowance): AppError {
  return new AppError('sign_in_throttled', { retryAfterMs: resetMs })
}

/** Addresses of people do not belong into the names of counters. */
function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
