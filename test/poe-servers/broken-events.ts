import { questionOf, sayAnswer } from './answer-right.ts'
import { answers, says, saysAt } from './broken-answers.ts'
import type { BrokenServer } from './broken-server.ts'
import type { Fields } from './poe-server.ts'

function errors(error: Fields): BrokenServer['server'] {
  return saysAt('fail', (events) => events.event('error', error))
}

const FILE = {
  url: 'https://poe.example/a.png',
  name: 'a.png',
  content_type: 'image/png',
  inline_ref: 'abcd1234',
}

/** Servers whose events, errors included, say what they may not. */
export const BROKEN_EVENTS: readonly BrokenServer[] = [
  {
    name: 'a replacement without text',
    breaks: ['event.replacement', 'client.no-complaint'],
    server: saysAt('replace', (events) => events.event('replace_response', { content: 'x' })),
  },
  {
    name: 'a file without name',
    breaks: ['event.file', 'client.no-complaint'],
    server: saysAt('draw', (events) => (events.event('file', { ...FILE, name: null }), events.text('x'))),
  },
  {
    name: 'an empty inline reference',
    breaks: ['event.file'],
    server: saysAt('draw', (events) => (events.event('file', { ...FILE, inline_ref: '' }), events.text('x'))),
  },
  {
    name: 'the text before its file',
    breaks: ['event.inline-file'],
    server: saysAt('draw', (events) => (events.text('![x][abcd1234]'), events.event('file', FILE))),
  },
  {
    name: 'a file alone',
    breaks: ['event.file-with-text'],
    server: saysAt('draw', (events) => events.event('file', FILE)),
  },
  {
    name: 'an object as metadata',
    breaks: ['event.data'],
    server: saysAt(
      'remember',
      (events) => (events.text('x'), events.event('data', { metadata: { page: 2 } })),
    ),
  },
  {
    name: 'metadata twice',
    doubts: ['event.data'],
    server: saysAt('remember', (events) => {
      events.text('x')
      events.event('data', { metadata: 'a' })
      events.event('data', { metadata: 'b' })
    }),
  },
  {
    name: 'text after a suggestion',
    breaks: ['event.suggested-replies'],
    server: saysAt(
      'suggest',
      (events) => (events.event('suggested_reply', { text: 'Go on' }), events.text('x')),
    ),
  },
  {
    name: 'ping events',
    breaks: ['event.no-ping'],
    server: says((events, body) => (events.event('ping', {}), sayAnswer(events, body))),
  },

  {
    name: 'a stack in raw_response',
    breaks: ['error.no-leak'],
    server: errors({ allow_retry: false, text: 'No.', raw_response: "ValueError('boom')" }),
  },
  {
    name: 'a path in the text',
    breaks: ['error.no-leak'],
    server: errors({ allow_retry: false, text: 'Cannot read /srv/bot/config.json' }),
  },
  {
    name: 'the stack of an exception as text',
    breaks: ['error.no-leak'],
    server: errors({ allow_retry: false, text: 'boom\n    at answer (file.js:10:3)' }),
  },
  {
    name: 'an error type of its own',
    breaks: ['error.type'],
    server: errors({ allow_retry: true, text: 'No.', error_type: 'timeout' }),
  },
  {
    name: 'a long message again',
    breaks: ['error.too-long'],
    server: saysAt('too long', (events) =>
      events.event('error', { text: 'No.', error_type: 'user_message_too_long' }),
    ),
  },
  {
    name: 'a fault of the user again',
    breaks: ['error.user-caused'],
    server: saysAt('my fault', (events) =>
      events.event('error', { allow_retry: true, text: 'No.', error_type: 'user_caused_error' }),
    ),
  },
  {
    name: 'null as allow_retry',
    breaks: ['error.allow-retry'],
    server: errors({ allow_retry: null, text: 'No.' }),
  },
  {
    name: 'text after an error',
    breaks: ['error.then-done'],
    server: saysAt('fail', (events) => (events.event('error', { text: 'No.' }), events.text('But …'))),
  },
  {
    name: 'an object as text of an error',
    breaks: ['client.reads-errors'],
    server: errors({ allow_retry: true, text: { en: 'No.' } }),
  },
  {
    name: 'errors in one language',
    breaks: ['query.language'],
    server: errors({ allow_retry: true, text: 'No.' }),
  },
  {
    name: 'the connection cut in the middle',
    breaks: ['error.after-text'],
    server: answers((events, body) => {
      events.meta()
      sayAnswer(events, body)
      if (questionOf(body) !== 'fail late') return events.done()
      events.response.write('', () => events.response.destroy())
    }),
  },
  {
    name: 'null in chunks of tool calls',
    breaks: ['client.tool-calls'],
    server: saysAt('call a tool', (events) =>
      events.event('json', { choices: [{ delta: { content: null, tool_calls: null } }] }),
    ),
  },
]
