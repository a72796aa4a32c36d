import { randomBytes } from 'node:crypto'
import type { PoeRequest } from './exchange.ts'

/** The protocol version that Poe uses today. */
const PROTOCOL_VERSION = '1.2'

export type Fields = Readonly<Record<string, unknown>>

/** How a query differs from the plain one. */
export interface QueryChange extends Pick<
  PoeRequest,
  'valid' | 'headers' | 'leaveAfterEvents' | 'leaveAfterMs' | 'unreadUntil'
> {
  /** In words, for the report. */
  readonly asked: string
  /** Fields of the last message. */
  readonly last?: Fields
  /** The messages before it. */
  readonly before?: readonly Fields[]
  /** Fields of the request; `undefined` takes one away. */
  readonly fields?: Fields
}

/** An identifier as Poe makes them: `m` message, `u` user, `c` conversation, `d` metadata. */
export function createId(tag: 'm' | 'u' | 'c' | 'd'): string {
  return `${tag}-${randomBytes(16).toString('hex')}`
}

/** A query as Poe sends it, with a new user and a new conversation, changed as asked. */
export function toQuery(question: string, change: QueryChange): PoeRequest {
  const { asked, last, before = [], fields, ...rest } = change
  const message = { ...createMessage('user', question), ...last }
  const body = {
    version: PROTOCOL_VERSION,
    type: 'query',
    query: [...before, message],
    user_id: createId('u'),
    conversation_id: createId('c'),
    message_id: createId('m'),
    metadata: createId('d'),
    temperature: 0.7,
    skip_system_prompt: false,
    stop_sequences: [],
    logit_bias: {},
    language_code: 'en',
    ...fields,
  }
  return { kind: 'query', asked, body, ...rest }
}

/** A message of the transcript as Poe sends it. */
export function createMessage(role: string, content: string): Fields {
  return {
    role,
    content,
    content_type: 'text/markdown',
    // Microseconds.
    timestamp: Date.now() * 1000,
    message_id: createId('m'),
    feedback: [],
    attachments: [],
  }
}

/** A settings request as Poe sends it. */
export function toSettingsRequest(asked: string, fields: Fields = {}): PoeRequest {
  return { kind: 'settings', asked, body: { version: PROTOCOL_VERSION, type: 'settings', ...fields } }
}

/** One of the report requests, about an answer that never was. */
export function toReport(type: string, fields: Fields): PoeRequest {
  const shown = Object.entries(fields).map(([name, value]) => `${name} ${JSON.stringify(value) ?? 'absent'}`)
  const body = {
    version: PROTOCOL_VERSION,
    type,
    message_id: createId('m'),
    user_id: createId('u'),
    conversation_id: createId('c'),
    ...fields,
  }
  return { kind: 'report', asked: `${type} with ${shown.join(', ')}`.slice(0, 100), body }
}
