import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'

/** The token of `Authorization: Bearer …`, or undefined. */
export function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
}

/** True when `given` is one of `secrets`. Takes the same time wherever it differs and whichever secret it is. */
export function isOneOf(given: string, secrets: readonly string[]): boolean {
  const digest = sha256(given)
  return secrets.map((secret) => timingSafeEqual(digest, sha256(secret))).includes(true)
}

/** Equal lengths for `timingSafeEqual`, which throws on others. */
export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
