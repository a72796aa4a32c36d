import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { scriptedModel, text } from '../../../test/scripted-model.ts'
import { collectEvents, startTestApp } from '../../../test/test-app.ts'

test(
  'a reader that leaves 256 kB unread is cut, and can read everything again',
  { timeout: 120_000 },
  async () => {
    const big = scriptedModel(
      text(...Array.from({ length: 300 }, (_, index) => `${index} ${'x'.repeat(20_000)}`)),
    )
    const loud = await startTestApp({ model: big, bot: { limits: { characters: 10_000_000 } } })
    try {
      const question = { query: 'Hello', chatbotId: 'test', sessionId: crypto.randomUUID() }
      const body = JSON.stringify(question)
      const accepted = once(loud.server.server, 'connection') as Promise<[Socket]>
      const socket = connect(Number(new URL(loud.url).port), '127.0.0.1')
      socket.write(
        `POST /api/chat/query/stream HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      )
      const { promise: id, resolve } = Promise.withResolvers<string>()
      socket.once('data', (head) => {
        socket.pause()
        resolve(/"streamId":"([^"]+)"/.exec(String(head))?.[1] ?? '')
      })
      const all = await collectEvents(
        await fetch(`${loud.url}/api/chat/streams/${await id}`, { headers: { connection: 'close' } }),
      )
      expect(all.filter(({ event }) => event === 'text')).toHaveLength(300)
      const [slow] = await accepted
      // Five seconds for each 256 kB that lay unread when it was first asked to catch up.
      await expect.poll(() => slow.destroyed, { timeout: 100_000 }).toBe(true)
      let received = 0
      socket.on('data', (bytes) => (received += bytes.length)).on('error', () => undefined)
      await once(socket.resume(), 'close')
      expect(received).toBeLessThan(6_000_000)
    } finally {
      await loud.close()
    }
  },
)
