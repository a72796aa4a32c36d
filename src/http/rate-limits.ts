import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError, type ErrorCode } from '../errors.ts'
import type { CreateLimiter, Limiter } from '../limits/limits.ts'
import { clientAddress } from './client-address.ts'
import type { IsExempt } from './exempt-clients.ts'
import { hidesClient } from './local-clients.ts'
import type { Principal } from './principal.ts'

export interface RateLimitOptions {
  readonly createLimiter: CreateLimiter
  /** Of the REST API, in the long run; 0 for no limit. */
  readonly perSecond: number
  /** Requests to the REST API at once above that. */
  readonly burst: number
  /** Requests to `/api/chat`; 0 for no limit. */
  readonly chatPerMinute: number
  /** Streamed answers; 0 for no limit. */
  readonly streamsPerMinute: number
  /** Texts to be spoken; 0 for no limit. */
  readonly textsToSpeechPerMinute: number
  /** Recordings to be transcribed; 0 for no limit. */
  readonly recordingsPerMinute: number
  /** Whose requests are not counted. */
  readonly isExempt: IsExempt
  /** Called once when requests come through a proxy whose word on their origin is not believed. */
  readonly onHiddenClients: () => void
}

/** Counts a request of a signed-in user. Throws `rate_limited`. */
export type CountUser = (principal: Principal, request: FastifyRequest, reply: FastifyReply) => Promise<void>

interface Rule {
  readonly limiter: Limiter
  readonly code: ErrorCode
  applies(route: string): boolean
}

const STREAM_ROUTE = '/api/chat/query/stream'
const SPEAK_ROUTE = '/api/text-to-speech'
const LISTEN_ROUTE = '/api/speech-to-text'
const CHAT_ROUTES = '/api/chat/'
const API_ROUTES = '/api/'

/**
 * Limits how often one address may ask: the REST API as guide 001's nginx does (a rate and a burst), the chat
 * endpoints as guide 002 does. Replies say where the sender stands (`RateLimit`, `RateLimit-Policy`:
 * draft-ietf-httpapi-ratelimit-headers, and the fields of its earlier versions). Returns the same for users.
 */
export function addRateLimits(server: FastifyInstance, options: RateLimitOptions): CountUser {
  const rules = rulesOf(options)
  const { isExempt } = options
  const ofUser = restLimiter(options, 'user')
  let warned = false
  server.addHook('onRequest', async (request, reply) => {
    const route = request.routeOptions.url
    if (route === undefined || !route.startsWith(API_ROUTES)) return
    if (!warned && hidesClient(request)) {
      warned = true
      options.onHiddenClients()
    }
    if (isExempt(request)) return
    for (const { limiter, code, ...rule } of rules)
      if (rule.applies(route)) await count(limiter, { key: clientAddress(request), code, reply })
  })
  return async ({ userId }, request, reply) => {
    if (ofUser && !isExempt(request))
      await count(ofUser, { key: String(userId), code: 'rate_limited', reply })
  }
}

function rulesOf(options: RateLimitOptions): readonly Rule[] {
  const { createLimiter, chatPerMinute, streamsPerMinute } = options
  const { textsToSpeechPerMinute, recordingsPerMinute } = options
  const perMinute = (name: string, points: number): Limiter | undefined =>
    points > 0 ? createLimiter({ name, points, seconds: 60 }) : undefined
  const isChat = (route: string): boolean => route.startsWith(CHAT_ROUTES)
  return [
    toRule(restLimiter(options, 'address'), 'rate_limited', (route) => !isChat(route)),
    toRule(perMinute('chat', chatPerMinute), 'chat_rate_limited', isChat),
    toRule(perMinute('stream', streamsPerMinute), 'stream_rate_limited', (route) => route === STREAM_ROUTE),
    toRule(perMinute('tts', textsToSpeechPerMinute), 'tts_rate_limited', (route) => route === SPEAK_ROUTE),
    toRule(
      perMinute('speech', recordingsPerMinute),
      'speech_rate_limited',
      (route) => route === LISTEN_ROUTE,
    ),
  ].flat()
}

function toRule(limiter: Limiter | undefined, code: ErrorCode, applies: Rule['applies']): readonly Rule[] {
  return limiter ? [{ limiter, code, applies }] : []
}

/** A rate and a burst, as nginx's `limit_req rate=… burst=… nodelay` has them: the burst and one more at once. */
function restLimiter(
  { createLimiter, perSecond, burst }: RateLimitOptions,
  name: string,
): Limiter | undefined {
  if (perSecond === 0) return undefined
  const points = burst + 1
  return createLimiter({ name, points, seconds: points / perSecond, evenly: true })
}

interface Use {
  readonly key: string
  readonly code: ErrorCode
  readonly reply: FastifyReply
}

async function count(limiter: Limiter, { key, code, reply }: Use): Promise<void> {
  const { allowed, left, waitMs, resetMs } = await limiter.use(key)
  const { name, points, seconds } = limiter.rule
  const reset = Math.ceil(resetMs / 1_000)
  reply.headers({
    'ratelimit-policy': `"${name}";q=${points};w=${Math.ceil(seconds)}`,
    ratelimit: `"${name}";r=${left};t=${reset}`,
    'ratelimit-limit': points,
    'ratelimit-remaining': left,
    'ratelimit-reset': reset,
  })
  if (!allowed) throw new AppError(code, { retryAfterMs: Math.max(1, waitMs) })
}
