import { EVERY_QUESTION, questionOf, sayAnswer } from './answer-right.ts'
import { type BrokenServer } from './broken-server.ts'
import type { EventWriter } from './event-writer.ts'
import { RIGHT, type Behaviour, type Fields, type PoeBody } from './poe-server.ts'

type Say = (events: EventWriter, body: PoeBody) => void

/** A server that writes its answers like this. */
function answers(write: Say): BrokenServer['server'] {
  return () => ({ answer: write })
}

/** Right, but for what stands between meta and done. */
function says(write: Say): BrokenServer['server'] {
  return answers((events, body) => {
    events.meta()
    write(events, body)
    events.done()
  })
}

/** Right, but for its meta event. */
function introduces(meta: Fields): BrokenServer['server'] {
  return answers((events, body) => {
    events.event('meta', meta)
    sayAnswer(events, body)
    events.done()
  })
}

/** Right, but for the answer to one of the questions. */
function saysAt(question: string, write: Say): BrokenServer['server'] {
  if (!EVERY_QUESTION.includes(question)) throw new Error(`nobody asks "${question}"`)
  return says((events, body) =>
    questionOf(body) === question ? write(events, body) : sayAnswer(events, body),
  )
}

function errors(error: Fields): BrokenServer['server'] {
  return saysAt('fail', (events) => events.event('error', error))
}

function heads(headers: Readonly<Record<string, string>>): () => Partial<Behaviour> {
  return () => ({ streamHeaders: { ...RIGHT.streamHeaders, ...headers } })
}

const FILE = {
  url: 'https://poe.example/a.png',
  name: 'a.png',
  content_type: 'image/png',
  inline_ref: 'abcd1234',
}

/** Servers whose answers break a rule. */
export const BROKEN_STREAMS: readonly BrokenServer[] = [
  {
    name: 'calls its answers JSON',
    breaks: ['stream.headers', 'client.no-complaint'],
    server: heads({ 'Content-Type': 'application/json' }),
  },
  {
    name: 'upper case in the content type',
    breaks: ['stream.headers'],
    server: heads({ 'Content-Type': 'Text/Event-Stream' }),
  },
  {
    name: 'lets proxies keep answers',
    doubts: ['stream.headers'],
    server: heads({ 'Cache-Control': 'public', 'X-Accel-Buffering': 'yes' }),
  },
  {
    name: 'says that it compresses',
    breaks: ['stream.flushed'],
    server: heads({ 'Content-Encoding': 'gzip' }),
  },

  {
    name: 'meta after the text',
    breaks: ['stream.meta-first'],
    server: answers((events, body) => {
      sayAnswer(events, body)
      events.meta()
      events.done()
    }),
  },
  {
    name: 'no meta',
    doubts: ['stream.meta-first'],
    server: answers((events, body) => {
      sayAnswer(events, body)
      events.done()
    }),
  },
  {
    name: 'null in meta',
    breaks: ['stream.meta-first', 'client.no-complaint'],
    server: introduces({ content_type: 'text/plain', linkify: null }),
  },
  {
    name: 'an unknown key in meta',
    breaks: ['stream.meta-first'],
    server: introduces({ contentType: 'text/plain' }),
  },
  {
    name: 'HTML as content type',
    breaks: ['stream.meta-content-type', 'client.no-complaint'],
    server: introduces({ content_type: 'text/html' }),
  },
  {
    name: 'meta twice',
    breaks: ['stream.meta-once'],
    server: says((events, body) => (events.meta(), sayAnswer(events, body))),
  },

  {
    name: 'no done',
    breaks: ['stream.done-last', 'client.no-complaint', 'query.minimal'],
    server: answers((events, body) => {
      events.meta()
      sayAnswer(events, body)
      events.response.end()
    }),
  },
  {
    name: 'done without its blank line',
    breaks: ['stream.done-last', 'stream.framing'],
    server: answers((events, body) => {
      events.meta()
      sayAnswer(events, body)
      events.raw('event: done\ndata: {}\n')
      events.response.end()
    }),
  },
  {
    name: 'done without data',
    breaks: ['stream.done-last', 'stream.framing'],
    server: answers((events, body) => {
      events.meta()
      sayAnswer(events, body)
      events.raw('event: done\n\n')
      events.response.end()
    }),
  },
  {
    name: 'a list as data of done',
    breaks: ['stream.done-last', 'stream.json-objects', 'client.no-complaint'],
    server: answers((events, body) => {
      events.meta()
      sayAnswer(events, body)
      events.event('done', [])
      events.response.end()
    }),
  },
  {
    name: 'stays open after done',
    doubts: ['stream.done-last'],
    limits: { closeAfterDoneMs: 50 },
    server: answers((events, body) => {
      events.meta()
      sayAnswer(events, body)
      events.event('done', {})
    }),
  },
  {
    name: 'goes on after done',
    breaks: ['stream.done-once'],
    server: answers((events, body) => {
      events.meta()
      sayAnswer(events, body)
      events.event('done', {})
      events.text('One more thing.')
      events.response.end()
    }),
  },
  {
    name: 'done twice',
    breaks: ['stream.done-once'],
    server: answers((events, body) => {
      events.meta()
      sayAnswer(events, body)
      events.event('done', {})
      events.done()
    }),
  },
  {
    name: 'done alone',
    breaks: ['stream.says-something', 'client.no-complaint'],
    server: says(() => undefined),
  },
  {
    name: 'Python instead of JSON',
    breaks: ['stream.json-objects', 'client.no-complaint'],
    server: says((events) => events.raw("event: text\ndata: {'text': 'hi'}\n\n")),
  },
  {
    name: 'text without an object',
    breaks: ['stream.json-objects'],
    server: says((events) => events.event('text', 'hi')),
  },
  {
    name: 'an event nobody knows',
    breaks: ['stream.event-names', 'client.no-complaint'],
    server: says((events) => (events.text('hi'), events.event('status', { text: 'busy' }))),
  },
  {
    name: 'a space in the name',
    breaks: ['stream.event-names'],
    server: says((events) => events.event('text ', { text: 'hi' })),
  },
  {
    name: 'events without a name',
    breaks: ['stream.event-names'],
    server: says((events) => events.raw('data: {"text": "hi"}\n\n')),
  },
  {
    name: 'line breaks as they are',
    breaks: ['stream.framing', 'query.minimal'],
    server: says((events, body) =>
      events.raw(`event: text\ndata: {"text": "${questionOf(body)}\nand more"}\n\n`),
    ),
  },
  {
    name: 'no blank line between events',
    breaks: ['stream.framing', 'stream.json-objects'],
    server: says((events) => events.raw('event: text\ndata: {"text": "hi"}\n')),
  },
  {
    name: 'line separators as they are',
    breaks: ['stream.line-separators'],
    server: says((events, body) =>
      events.raw(`event: text\ndata: ${JSON.stringify({ text: questionOf(body) })}\n\n`),
    ),
  },
  {
    name: 'a line separator of its own',
    breaks: ['client.old-line-splitting'],
    server: says((events) => events.raw('event: text\ndata: {"text": "one\u2028two"}\n\n')),
  },
  {
    name: 'splits pairs',
    breaks: ['stream.whole-characters'],
    server: says((events, body) => {
      for (const unit of questionOf(body).split('')) events.text(unit)
    }),
  },
  {
    name: 'echoes halves of characters',
    breaks: ['stream.broken-characters'],
    server: says((events, body) => events.text(questionOf(body))),
  },
  {
    name: 'a byte order mark',
    breaks: ['stream.encoding'],
    server: answers((events, body) => {
      events.raw('\uFEFF')
      events.meta()
      sayAnswer(events, body)
      events.done()
    }),
  },
  {
    name: 'Latin 1',
    breaks: ['stream.encoding'],
    server: says((events) =>
      events.raw(Buffer.from('event: text\ndata: {"text": "caf\u00E9"}\n\n', 'latin1')),
    ),
  },

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

  {
    name: 'too many events',
    breaks: ['limit.events'],
    limits: { events: 100 },
    server: says((events) => {
      for (let at = 0; at < 200; at++) events.text('x')
    }),
  },
  {
    name: 'too many characters',
    breaks: ['limit.length'],
    limits: { textLength: 1000 },
    server: says((events) => events.text('x'.repeat(1100))),
  },
]
