import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { fastify } from 'fastify'
import { expect, onTestFinished, test, vi } from 'vitest'
import { EventStream } from './event-stream.ts'

test('a listener who takes nothing for five minutes is cut', async () => {
  const server = fastify()
  const began = Promise.withResolvers<EventStream>()
  server.get('/', (_request, reply) => began.resolve(new EventStream(reply)))
  await server.listen({ host: '127.0.0.1', port: 0 })
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1').pause()
  onTestFinished(async () => {
    socket.destroy()
    await server.close()
  })
  await once(socket, 'connect')
  socket.write('GET / HTTP/1.1\r\nhost: test\r\n\r\n')
  const stream = await began.promise
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  stream.send(`data: ${'a'.repeat(64 * 1_048_576)}\n\n`)
  const drained = stream.drained()
  await vi.advanceTimersByTimeAsync(299_000)
  expect(stream.open).toBe(true)
  await vi.advanceTimersByTimeAsync(1_000)
  await drained
  expect(stream.open).toBe(false)
})
