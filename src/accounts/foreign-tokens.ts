import type { createRemoteJWKSet, errors as Errors, JWTPayload } from 'jose'
import { AppError } from '../errors.ts'

export interface ForeignTokenOptions {
  /** Where the issuer publishes its keys. From the configuration alone; what a token says of keys is not looked at. */
  readonly url: string
  readonly issuer: string
  readonly audience: string
}

/** Public-key algorithms only: a key that everybody can read must never verify as a shared secret. */
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA', 'Ed25519']

/** Verifies tokens of another issuer by the keys it publishes (JWKS, RFC 7517), which are kept and renewed. */
export class ForeignTokens {
  readonly #options: ForeignTokenOptions
  #keys: ReturnType<typeof createRemoteJWKSet> | undefined

  constructor(options: ForeignTokenOptions) {
    this.#options = options
  }

  /** The claims; undefined when the algorithm is none of these. Throws `token_invalid` or `sign_in_unavailable`. */
  async verify(token: string, algorithm: string | undefined): Promise<JWTPayload | undefined> {
    if (algorithm === undefined || !ALGORITHMS.includes(algorithm)) return undefined
    const { url, issuer, audience } = this.#options
    const { createRemoteJWKSet, errors, jwtVerify } = await import('jose')
    this.#keys ??= createRemoteJWKSet(new URL(url), { timeoutDuration: 3_000 })
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        algorithms: ALGORITHMS,
        issuer,
        audience,
        requiredClaims: ['exp', 'iat', 'sub'],
        // Clocks of two companies are never quite the same.
        clockTolerance: 5,
      })
      return { ...payload, sub: `${issuer}#${payload.sub}` }
    } catch (cause) {
      throw new AppError(isAway(cause, errors) ? 'sign_in_unavailable' : 'token_invalid', { cause })
    }
  }
}

/** The keys could not be fetched; nothing is said about the token. */
function isAway(error: unknown, errors: typeof Errors): boolean {
  return (
    !(error instanceof errors.JOSEError) ||
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    error.code === 'ERR_JOSE_GENERIC'
  )
}
