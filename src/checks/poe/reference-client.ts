import { lineExcerpt } from './excerpt.ts'
import type { StreamEvent } from './strict-event-stream.ts'

type Reading = (event: StreamEvent) => string | undefined

/** How fastapi_poe's client (0.0.81) reads each event: the complaint, or undefined. */
const READINGS: Readonly<Record<string, Reading>> = {
  meta: (event) => (event.number === 1 ? complainAboutMeta(event) : undefined),
  text: requireString('text'),
  replace_response: requireString('text'),
  suggested_reply: requireString('text'),
  file: (event) =>
    ['url', 'name', 'content_type']
      .map((key) => requireString(key)(event))
      .find((found) => found !== undefined),
  json: () => undefined,
  // The client calls it unknown, but it is in the protocol, and Poe stores it.
  data: () => undefined,
  error: () => undefined,
  done: () => undefined,
  ping: () => undefined,
}

/** What the reference client would report to the bot, or fail at, while it reads this answer; in its order. */
export function referenceClientComplaints(
  events: readonly StreamEvent[],
  contentType: string,
): readonly string[] {
  if (!contentType.split(';')[0]?.trim().includes('text/event-stream'))
    return [`content type ${lineExcerpt(contentType)}`]
  const complaints: string[] = []
  let said = false
  for (const event of events) {
    const complaint = complainAbout(event)
    if (complaint !== undefined) complaints.push(complaint)
    said ||= ['text', 'replace_response', 'json'].includes(event.name)
    // It stops at an error: the rest is not read.
    if (event.name === 'error') return complaints
    if (event.name === 'done') return said ? complaints : [...complaints, 'Bot returned no text in response']
  }
  return [...complaints, "Bot exited without sending 'done' event"]
}

function complainAbout(event: StreamEvent): string | undefined {
  if (!event.json) return `Invalid JSON in '${event.name}' event: ${lineExcerpt(event.data)}`
  const reading = Object.hasOwn(READINGS, event.name) ? READINGS[event.name] : undefined
  return reading
    ? reading(event)
    : `Unknown event type: ${lineExcerpt(event.name === '' ? 'message' : event.name)}`
}

function complainAboutMeta({ json = {} }: StreamEvent): string | undefined {
  const { content_type: type, linkify, suggested_replies: replies } = json
  if (type !== undefined && type !== 'text/markdown' && type !== 'text/plain')
    return 'Invalid content_type value in meta event'
  const flags = [linkify, replies].every((flag) => flag === undefined || typeof flag === 'boolean')
  return flags ? undefined : 'Invalid flag in meta event'
}

function requireString(key: string): Reading {
  return ({ name, json }) =>
    typeof json?.[key] === 'string' ? undefined : `'${name}' event has no string '${key}'`
}
