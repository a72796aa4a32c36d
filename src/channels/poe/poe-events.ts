/** Events of a query response, Poe protocol 1.2. `comment` is no event to Poe: it only keeps the connection alive. */
export type PoeEvent =
  | { readonly event: 'meta'; readonly data: PoeMeta }
  | { readonly event: 'text' | 'replace_response' | 'suggested_reply'; readonly data: PoeText }
  | { readonly event: 'file'; readonly data: PoeFile }
  | { readonly event: 'data'; readonly data: { readonly metadata: string } }
  | { readonly event: 'json'; readonly data: Readonly<Record<string, unknown>> }
  | { readonly event: 'error'; readonly data: PoeError }
  | { readonly event: 'done'; readonly data: Readonly<Record<string, never>> }
  | { readonly event: 'comment' }

/** Poe honours it as the first event only; keys that are not needed are left out, since null is refused. */
export interface PoeMeta {
  readonly content_type: 'text/markdown' | 'text/plain'
  readonly linkify?: boolean
  readonly suggested_replies?: boolean
}

export interface PoeText {
  readonly text: string
}

export interface PoeFile {
  readonly url: string
  readonly name: string
  readonly content_type: string
  /** Null unless the text shows the file; an empty one would be rendered as a broken reference. */
  readonly inline_ref: string | null
}

export interface PoeError {
  readonly allow_retry: boolean
  /** Shown to the person. */
  readonly text: string
  readonly error_type?: 'user_message_too_long' | 'insufficient_fund' | 'user_caused_error'
}

/** Line ends to some readers of event streams, which JSON leaves as they are. */
const LINE_ENDS = /[\u0085\u2028\u2029]/g

/** The bytes of events as text: one `data` line each, JSON objects only. */
export function toPoeFrames(events: readonly PoeEvent[]): string {
  let frames = ''
  for (const event of events)
    frames += event.event === 'comment' ? ':\n\n' : `event: ${event.event}\ndata: ${toJson(event.data)}\n\n`
  return frames
}

function toJson(data: object): string {
  return JSON.stringify(data).replace(LINE_ENDS, escapeLineEnd)
}

function escapeLineEnd(character: string): string {
  return String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
