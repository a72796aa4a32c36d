import { createHash, randomUUID } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { AppError } from '../errors.ts'
import type { ForeignTokens } from './foreign-tokens.ts'

export interface TokenOptions {
  /** The first signs; all of them verify, so that a new one can take the place of an old one without a sign-out. */
  readonly secrets: readonly [string, ...string[]]
  readonly algorithm: 'HS256' | 'HS384' | 'HS512'
  readonly issuer: string
  readonly audience: string
  /** How long a token of a person lasts, in seconds. */
  readonly lifetimeSeconds: number
  /** Tokens of another issuer that are accepted beside our own. */
  readonly foreign?: ForeignTokens
}

/** A token whose signature, issuer, audience and dates are in order. Whether it was signed out is not known here. */
export interface VerifiedToken {
  readonly subject: string
  /** Names the token itself. */
  readonly id: string
  readonly expiresAt: Date
  /** Only in tokens minted for machines that operate the server. */
  readonly role: 'operator' | 'admin' | undefined
  /** What another issuer says of the person; undefined for our own tokens. */
  readonly foreign: { readonly email: string | null; readonly name: string } | undefined
}

export interface NewToken {
  readonly subject: string
  readonly role?: 'operator' | 'admin'
  /** Default: that of a person's token. */
  readonly lifetimeSeconds?: number
}

/** Issues and verifies JSON web tokens (RFC 7519). Each algorithm has keys of its own, so none can pass for another. */
export class Tokens {
  readonly #options: TokenOptions
  readonly #keys: ReadonlyMap<string, Uint8Array>

  constructor(options: TokenOptions) {
    this.#options = options
    this.#keys = new Map(options.secrets.map((secret) => [keyIdOf(secret), new TextEncoder().encode(secret)]))
  }

  async issue({ subject, role, lifetimeSeconds }: NewToken): Promise<string> {
    const { algorithm, issuer, audience, secrets } = this.#options
    const lifetime = lifetimeSeconds ?? this.#options.lifetimeSeconds
    const { SignJWT } = await import('jose')
    return new SignJWT(role ? { role } : {})
      .setProtectedHeader({ alg: algorithm, kid: keyIdOf(secrets[0]), typ: 'JWT' })
      .setSubject(subject)
      .setIssuer(issuer)
      .setAudience(audience)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime(`${Math.round(lifetime)} s`)
      .sign(new TextEncoder().encode(secrets[0]))
  }

  /** Throws `token_invalid`, or `sign_in_unavailable` when the keys of another issuer cannot be had now. */
  async verify(token: string): Promise<VerifiedToken> {
    const header = await headerOf(token)
    if (header.alg === this.#options.algorithm) return this.#verifyOwn(token, header.kid)
    const claims = await this.#options.foreign?.verify(token, header.alg)
    if (!claims) throw new AppError('token_invalid')
    return toVerified(token, claims, {
      email: typeof claims['email'] === 'string' ? claims['email'].toLowerCase() : null,
      name: typeof claims['name'] === 'string' ? claims['name'].slice(0, 255) : 'Guest',
    })
  }

  async #verifyOwn(token: string, keyId: string | undefined): Promise<VerifiedToken> {
    const { algorithm, issuer, audience } = this.#options
    const { jwtVerify } = await import('jose')
    let failure: unknown
    for (const [id, key] of this.#keys) {
      if (keyId !== undefined && keyId !== id) continue
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [algorithm],
          issuer,
          audience,
          requiredClaims: ['exp', 'iat', 'sub'],
        })
        return toVerified(token, payload)
      } catch (error) {
        failure = error
      }
    }
    throw new AppError('token_invalid', { cause: failure })
  }
}

/** Names a secret without telling it, for the header `kid`. */
function keyIdOf(secret: string): string {
  return createHash('sha256').update(`botyard key id ${secret}`).digest('hex').slice(0, 8)
}

async function headerOf(
  token: string,
): Promise<{ readonly alg: string | undefined; readonly kid: string | undefined }> {
  const { decodeProtectedHeader } = await import('jose')
  try {
    const { alg, kid } = decodeProtectedHeader(token)
    return { alg, kid }
  } catch (cause) {
    throw new AppError('token_invalid', { cause })
  }
}

function toVerified(
  token: string,
  { sub, exp, role }: JWTPayload,
  foreign?: VerifiedToken['foreign'],
): VerifiedToken {
  if (sub === undefined || exp === undefined) throw new AppError('token_invalid')
  return {
    subject: sub,
    id: idOf(token),
    expiresAt: new Date(exp * 1_000),
    role: !foreign && (role === 'operator' || role === 'admin') ? role : undefined,
    foreign,
  }
}

/** Of what was signed: the signature itself can be written in several ways that all verify. */
function idOf(token: string): string {
  return createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('base64url')
}
