import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { FastifyBaseLogger } from 'fastify'
import type { BitrixPortals } from '../../bitrix24-portals.ts'
import { AppError } from '../../errors.ts'
import type { Portal } from './portal.ts'
import { readMessages, type BitrixMessage } from './read-message.ts'

export interface FetchOptions {
  readonly portal: Portal
  readonly portals: BitrixPortals
  readonly botId: number
  readonly log: FastifyBaseLogger
  readonly signal: AbortSignal
  /** Resolves when the message is stored. */
  readonly receive: (message: BitrixMessage) => Promise<void>
}

/** Renewed by every fetch. When one takes longer another replica fetches the same, which is known by its ids. */
const LEASE_MS = 5_000
const LIMIT = 100
/** How often an event is tried that fails for a reason of its own. */
const ATTEMPTS = 5
const RETRY_MS = 1_000

const EventSchema = z.object({
  eventId: z.coerce.number(),
  type: z.string(),
  data: z.unknown(),
  date: z.string().nullish(),
})
type FetchedEvent = z.output<typeof EventSchema>

const ReplySchema = z.object({
  events: z.array(z.unknown()),
  nextOffset: z.coerce.number().nullish(),
  hasMore: z.boolean().nullish(),
})

/** What a fetch has brought: nothing, as another replica fetches; some, perhaps with more to come. */
export type Fetched = 'elsewhere' | 'nothing' | 'some' | 'more'

/**
 * Fetches once. The offset moves past events when they are stored, and the portal keeps them until the next fetch says
 * so: whatever breaks off in between comes again, and is known by its id.
 */
export async function fetchEvents(options: FetchOptions): Promise<Fetched> {
  const { portal, portals, botId, signal } = options
  const { origin, owner } = portal
  const offset = await portals.claimFetch({ origin, owner, leaseMs: LEASE_MS })
  if (offset === undefined) return 'elsewhere'
  const request = { botId, limit: LIMIT, ...(offset > 0 && { offset }) }
  const reply = ReplySchema.parse(await portal.call('imbot.v2.Event.get', request, signal))
  portal.problem = null
  if (reply.events.length === 0) return 'nothing'
  const inOrder = readEvents(reply.events, options).toSorted((a, b) => a.eventId - b.eventId)
  await receiveAll(
    inOrder.flatMap((event) => messagesOf(event, options)),
    options,
  )
  const last = inOrder.at(-1)?.eventId ?? offset - 1
  await portals.keepOffset(origin, owner, Math.max(last + 1, reply.nextOffset ?? 0))
  return reply.hasMore === true ? 'more' : 'some'
}

/** An event that cannot be read would come first for ever. */
function readEvents(events: readonly unknown[], { portal, log }: FetchOptions): readonly FetchedEvent[] {
  return events.flatMap((event) => {
    const { data, error } = EventSchema.safeParse(event)
    if (data) return data
    const problem = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
    log.warn({ portal: portal.host, problem }, 'an event from Bitrix24 cannot be read; it is left out')
    return []
  })
}

function messagesOf(
  { eventId, type, data, date }: FetchedEvent,
  { portal, log }: FetchOptions,
): readonly BitrixMessage[] {
  try {
    return readMessages({ event: type.toUpperCase(), data, at: Date.parse(date ?? '') })
  } catch (error) {
    const facts = { portal: portal.host, event: eventId, err: error }
    log.error(facts, 'an event from Bitrix24 cannot be read; it is left out')
    return []
  }
}

/** All dialogs at once, so that they share commits. In one, nothing passes what comes again, since it failed. */
async function receiveAll(messages: readonly BitrixMessage[], options: FetchOptions): Promise<void> {
  const dialogs = [...Map.groupBy(messages, ({ dialogId }) => dialogId).values()]
  const received = await Promise.allSettled(
    dialogs.map(async (own) => {
      for (const message of own) await receiveSurely(message, options)
    }),
  )
  for (const result of received) if (result.status === 'rejected') throw result.reason
}

/** Tries again as long as the database is away; what fails by itself must not hold up everybody for ever. */
async function receiveSurely(
  message: BitrixMessage,
  { portal, log, signal, receive }: FetchOptions,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted()
    try {
      return await receive(message)
    } catch (error) {
      signal.throwIfAborted()
      const facts = { portal: portal.host, message: message.messageId, err: error }
      if (error instanceof AppError && error.retryable) throw error
      if (attempt >= ATTEMPTS)
        return log.error(facts, 'a message from Bitrix24 cannot be stored; it is left out')
      log.warn(facts, 'a message from Bitrix24 could not be stored; trying again')
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined)
    }
  }
}
