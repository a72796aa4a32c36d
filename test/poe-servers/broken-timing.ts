import { attachmentsOf, lastOf, sayAnswer } from './answer-right.ts'
import { after, type BrokenServer } from './broken-server.ts'
import { RIGHT, send, type Behaviour, type PoeBody } from './poe-server.ts'

/** Looks an attachment up before it answers; `whole` waits for its end. */
function downloads({ whole }: { readonly whole: boolean }): () => Partial<Behaviour> {
  return () => ({
    answer: async (events, body) => {
      for (const { url } of attachmentsOf(body)) {
        const reply = await fetch(String(url)).catch(() => undefined)
        await (whole ? reply?.text().catch(() => undefined) : reply?.body?.cancel())
      }
      await RIGHT.answer(events, body, undefined as never)
    },
  })
}

/** Remembers what was said before, by a field of the request, and tells it. */
function remembersBy(field: 'user_id' | 'conversation_id'): () => Partial<Behaviour> {
  return () => {
    const said = new Map<unknown, string>()
    return {
      answer: (events, body) => {
        const spoken = (body.query ?? []).map(({ content }) => content).join(' ')
        events.meta()
        events.text(`You said: ${said.get(body[field]) ?? ''}`)
        said.set(body[field], `${said.get(body[field]) ?? ''} ${spoken}`)
        events.done()
      },
    }
  }
}

/** A second request on the same socket is answered like this. */
function isReused(sockets: WeakSet<object>, socket: object): boolean {
  if (sockets.has(socket)) return true
  sockets.add(socket)
  return false
}

const isAsked = ({ type }: PoeBody): boolean => type === 'query'

/** Servers that are late, forgetful of nothing, or bad at serving several at once. */
export const BROKEN_TIMING: readonly BrokenServer[] = [
  { name: 'remembers users', breaks: ['query.fresh-conversation'], server: remembersBy('user_id') },
  {
    name: 'remembers conversations',
    breaks: ['query.edited-transcript'],
    server: remembersBy('conversation_id'),
  },
  {
    name: 'downloads from anywhere',
    breaks: ['attachment.private-address'],
    server: downloads({ whole: false }),
  },
  {
    name: 'downloads although attachments are off',
    breaks: ['attachment.switched-off'],
    server: () => ({
      ...downloads({ whole: false })(),
      settings: { ...RIGHT.settings, allow_attachments: false },
    }),
  },
  {
    name: 'downloads without a deadline',
    breaks: ['attachment.endless'],
    timeoutMs: 400,
    server: downloads({ whole: true }),
  },
  {
    name: 'fails without its download',
    breaks: ['attachment.gone'],
    server: () => ({
      answer: (events, body) => {
        events.meta()
        if (attachmentsOf(body).length > 0)
          events.event('error', { allow_retry: true, text: 'The file cannot be loaded.' })
        else sayAnswer(events, body)
        events.done()
      },
    }),
  },
  {
    name: '500 instead of an error event',
    breaks: ['error.as-event'],
    server: () => ({
      intercept: ({ body, response }) => {
        if (!isAsked(body) || lastOf(body).content !== 'fail') return false
        send(response, 500, {})
        return true
      },
    }),
  },
  {
    name: 'a late head',
    breaks: ['limit.first-byte', 'settings.response', 'report.fast'],
    limits: { firstEventMs: 150 },
    server: () => ({ intercept: () => after(200).then(() => false) }),
  },
  {
    name: 'a late first event',
    breaks: ['limit.first-event'],
    limits: { firstEventMs: 150 },
    server: () => ({
      answer: async (events, body, request) => {
        events.response.flushHeaders()
        await after(200)
        await RIGHT.answer(events, body, request)
      },
    }),
  },
  {
    name: 'a slow answer to reported errors',
    doubts: ['report.error'],
    limits: { reportMs: 50 },
    server: () => ({ report: (response) => void after(100).then(() => send(response, 200, {})) }),
  },
  {
    name: 'thinks in silence',
    breaks: ['event.silence'],
    limits: { silenceMs: 100 },
    server: () => ({
      answer: async (events, body) => {
        events.meta()
        await after(200)
        sayAnswer(events, body)
        events.done()
      },
    }),
  },
  {
    name: 'too long an answer',
    breaks: ['limit.whole-answer'],
    limits: { wholeAnswerMs: 100 },
    server: () => ({ intercept: () => after(150).then(() => false) }),
  },
  {
    name: 'an answer that never ends',
    doubts: ['limit.whole-answer'],
    breaks: ['stream.done-last'],
    timeoutMs: 300,
    server: () => ({
      answer: (events) => {
        events.meta()
        const drip = setInterval(() => events.text('x'), 20)
        events.response.on('close', () => clearInterval(drip))
      },
    }),
  },
  {
    name: 'holds everything back',
    doubts: ['stream.flushed'],
    limits: { firstEventMs: 500 },
    server: () => ({
      answer: async (events) => {
        await after(150)
        events.meta()
        events.raw('event: text\ndata: {"text": "x"}\n\n'.repeat(20))
        events.done()
      },
    }),
  },
  {
    name: '429 for users who ask too often',
    breaks: ['limit.rate'],
    server: () => {
      let asked = 0
      return {
        intercept: ({ body, response }) => {
          if (!isAsked(body) || asked++ < 3) return false
          send(response, 429, {})
          return true
        },
      }
    },
  },
  {
    name: 'falls over a user who leaves',
    breaks: ['connection.left'],
    server: () => {
      let fallen = false
      return {
        intercept: ({ request, response }) => {
          if (fallen) request.socket.destroy()
          response.on('close', () => (fallen ||= !response.writableFinished))
          return fallen
        },
        answer: async (events, body) => {
          events.meta()
          await after(50)
          sayAnswer(events, body)
          events.done()
        },
      }
    },
  },
  {
    name: 'answers a query once',
    breaks: ['connection.asked-again'],
    server: () => {
      const seen = new Set<unknown>()
      return {
        intercept: ({ body, response }) => {
          const { message_id: id } = body
          const again = isAsked(body) && seen.has(id)
          seen.add(id)
          if (again) send(response, 409, {})
          return again
        },
      }
    },
  },
  {
    name: 'serves one after the other',
    breaks: ['connection.unread'],
    limits: { firstEventMs: 200 },
    server: () => {
      let turn = Promise.resolve()
      return {
        intercept: async ({ response }) => {
          const before = turn
          turn = before.then(() => new Promise((resolve) => response.on('close', resolve)))
          await before
          return false
        },
        // Like a worker whose client reads nothing: it is done when the client is.
        answer: (events) => events.meta(),
      }
    },
  },
  {
    name: 'serves one at a time',
    breaks: ['connection.many'],
    server: () => {
      let busy = false
      return {
        intercept: ({ body, response }) => {
          if (!isAsked(body)) return false
          if (busy) send(response, 503, {})
          return busy
        },
        answer: async (events, body, request) => {
          busy = true
          await after(20)
          busy = false
          await RIGHT.answer(events, body, request)
        },
      }
    },
  },
  {
    name: 'cuts answers on a used connection',
    breaks: ['connection.kept'],
    server: () => {
      const sockets = new WeakSet()
      return {
        intercept: ({ request, response }) => {
          if (!isReused(sockets, request.socket)) return false
          response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 100 })
          response.write('{"response', () => request.socket.destroy())
          return true
        },
      }
    },
  },
]
