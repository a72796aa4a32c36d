import type { EventWriter } from './event-writer.ts'
import type { Fields, Message, PoeBody } from './poe-server.ts'

/** Questions that make the right server show every kind of event; for the suite's further questions. */
export const EVERY_QUESTION: readonly [string, ...string[]] = [
  'hello',
  'fail',
  'fail late',
  'too long',
  'my fault',
  'draw',
  'remember',
  'suggest',
  'replace',
  'call a tool',
]

type Special = (events: EventWriter, body: PoeBody) => void

const FAILURE = { allow_retry: true, text: 'Something went wrong. Please try again.' }

const SPECIAL: Readonly<Record<string, Special>> = {
  fail: (events, { language_code: language }) =>
    events.event('error', language === 'de' ? { ...FAILURE, text: 'Etwas ging schief.' } : FAILURE),
  'fail late': (events) => {
    events.text('I was about to')
    events.event('error', FAILURE)
  },
  'too long': (events) =>
    events.event('error', { allow_retry: false, text: 'Too long.', error_type: 'user_message_too_long' }),
  'my fault': (events) =>
    events.event('error', { allow_retry: false, text: 'No.', error_type: 'user_caused_error' }),
  draw: (events) => {
    events.event('file', {
      url: 'https://poe.example/a.png',
      name: 'a.png',
      content_type: 'image/png',
      inline_ref: 'abcd1234',
    })
    events.event('file', {
      url: 'https://poe.example/b.pdf',
      name: 'b.pdf',
      content_type: 'application/pdf',
      inline_ref: null,
    })
    events.text('![a cat][abcd1234]')
  },
  remember: (events) => {
    events.text('Noted.')
    events.event('data', { metadata: '{"page":2}' })
  },
  suggest: (events) => {
    events.text('And now?')
    events.event('suggested_reply', { text: 'Go on' })
  },
  replace: (events) => {
    events.text('Thinking…')
    events.event('replace_response', { text: 'The answer' })
    events.text(' is 42.')
  },
  'call a tool': (events) => {
    const call = { index: 0, id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{}' } }
    events.event('json', { choices: [{ delta: { tool_calls: [call] }, finish_reason: null }] })
    events.event('json', { choices: [{ delta: {}, finish_reason: 'tool_calls' }] })
  },
}

/** Answers as the last known message asks: one of the special questions, or with an echo. */
export function answerRight(events: EventWriter, body: PoeBody): void {
  events.meta()
  sayAnswer(events, body)
  events.done()
}

/** The same without meta and done. */
export function sayAnswer(events: EventWriter, body: PoeBody): void {
  const question = questionOf(body)
  const special = Object.hasOwn(SPECIAL, question) ? SPECIAL[question] : undefined
  if (body.query?.length === 0) events.event('error', { allow_retry: false, text: 'There is no message.' })
  else if (special) special(events, body)
  else events.text(`You said: ${question.toWellFormed()}`)
}

/** The content of the last message with a role and a content type that are known. */
export function questionOf({ query = [] }: PoeBody): string {
  return query.findLast(isKnown)?.content ?? ''
}

function isKnown({ role, content_type: type }: Message): boolean {
  return (
    ['user', 'bot', 'system', 'tool'].includes(role ?? '') &&
    (type === undefined || (typeof type === 'string' && /^text\/(?:markdown|plain)$/.test(type)))
  )
}

export function lastOf({ query = [] }: PoeBody): Message {
  return query.at(-1) ?? {}
}

export function attachmentsOf(body: PoeBody): readonly Fields[] {
  return lastOf(body).attachments ?? []
}
