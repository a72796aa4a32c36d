import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import { createExemption } from '../http/exempt-clients.ts'
import { Gate } from '../http/principal.ts'
import { addRateLimits } from '../http/rate-limits.ts'
import { addAuthRoutes } from './auth-routes.ts'
import type { Access } from './open-access.ts'

export interface AddAccessOptions {
  readonly config: Config
  readonly onWarning: (message: string) => void
}

const HIDDEN_CLIENTS =
  'requests come through a proxy: set TRUST_PROXY=true, or all of its clients share one rate limit'

/**
 * Adds the rate limits and, when there are accounts, the routes to sign in. Returns the gate for the routes of
 * signed-in people; undefined when there are no accounts.
 */
export function addAccess(
  server: FastifyInstance,
  access: Access,
  { config, onWarning }: AddAccessOptions,
): Gate | undefined {
  const countUser = addRateLimits(server, {
    createLimiter: access.createLimiter,
    perSecond: config.RATE_LIMIT_PER_SECOND,
    burst: config.RATE_LIMIT_BURST,
    chatPerMinute: config.CHAT_RATE_LIMIT_PER_MINUTE,
    streamsPerMinute: config.STREAM_RATE_LIMIT_PER_MINUTE,
    textsToSpeechPerMinute: config.TTS_RATE_LIMIT_PER_MINUTE,
    recordingsPerMinute: config.SPEECH_RATE_LIMIT_PER_MINUTE,
    isExempt: createExemption(config.RATE_LIMIT_EXEMPT),
    onHiddenClients: () => onWarning(HIDDEN_CLIENTS),
  })
  const { accounts } = access
  if (!accounts) return undefined
  const gate = new Gate(accounts.authenticate, countUser)
  addAuthRoutes(server, { accounts, gate, signUpOpen: config.SIGN_UP })
  return gate
}
