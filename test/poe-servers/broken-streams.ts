import { questionOf, sayAnswer } from './answer-right.ts'
import { answers, says } from './broken-answers.ts'
import type { BrokenServer } from './broken-server.ts'
import { RIGHT, type Behaviour, type Fields } from './poe-server.ts'

/** Right, but for its meta event. */
function introduces(meta: Fields): BrokenServer['server'] {
  return answers((events, body) => {
    events.event('meta', meta)
    sayAnswer(events, body)
    events.done()
  })
}

function heads(headers: Readonly<Record<string, string>>): () => Partial<Behaviour> {
  return () => ({ streamHeaders: { ...RIGHT.streamHeaders, ...headers } })
}

/** Servers whose answers break a rule of the stream, whatever they say. */
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
