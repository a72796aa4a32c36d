import type { FastifyRequest } from 'fastify'
import { AppError, type ErrorCode } from '../errors.ts'
import type { CreateLimiter } from '../limits/limits.ts'
import { sha256 } from './bearer.ts'
import type { IsExempt } from './exempt-clients.ts'

export interface SessionLimitOptions {
  readonly createLimiter: CreateLimiter
  /** Messages in one session; 0 for no limit. */
  readonly perMinute: number
  readonly isExempt: IsExempt
}

/** Counts a message of a session. Throws `code` when it was one too many. */
export type CountSession = (request: FastifyRequest, session: string, code: ErrorCode) => Promise<void>

/** Limits how often one session may ask, from however many addresses. */
export function createSessionLimit({
  createLimiter,
  perMinute,
  isExempt,
}: SessionLimitOptions): CountSession {
  if (perMinute === 0) return async () => undefined
  const limiter = createLimiter({ name: 'session', points: perMinute, seconds: 60 })
  return async (request, session, code) => {
    if (isExempt(request)) return
    // Whoever knows a session can read it, so its name goes nowhere.
    const { allowed, resetMs } = await limiter.use(sha256(session).toString('hex'))
    if (!allowed) throw new AppError(code, { retryAfterMs: Math.max(1, resetMs) })
  }
}
