import { z } from 'zod'
import { parseBrackets } from './parse-brackets.ts'

const text = z.union([z.string(), z.number()]).transform(String)

/** The part of every event by which it is checked. */
const EventSchema = z.object({
  event: z.string().transform((name) => name.toUpperCase()),
  data: z.unknown().optional(),
  /** When the event was sent, in Unix seconds. */
  ts: text.optional(),
  auth: z.object({
    domain: z.string().optional(),
    member_id: z.string().optional(),
    application_token: z.string().optional(),
    access_token: z.string().optional(),
    refresh_token: z.string().optional(),
    expires_in: text.optional(),
    client_endpoint: z.string().optional(),
    server_endpoint: z.string().optional(),
  }),
})

/** What a portal posts. */
export type BitrixEvent = z.output<typeof EventSchema>

/** Reads the body of an event, a form or JSON, whatever its type says; undefined when it is none. */
export function parseEvent(body: unknown): BitrixEvent | undefined {
  const value = typeof body === 'string' ? readText(body.trim()) : body
  return EventSchema.safeParse(value).data
}

function readText(body: string): unknown {
  if (!body.startsWith('{')) return parseBrackets(body)
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
