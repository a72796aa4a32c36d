import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { fastify } from 'fastify'
import { expect, onTestFinished, test, vi } from 'vitest'
import { EventStream } from './event-stream.ts'

/** A stream, and its reader, who takes nothing yet. */
async function openStream(): Promise<{ readonly stream: EventStream; readonly socket: Socket }> {
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
  return { stream: await began.promise, socket }
}

test('a listener who takes nothing for five minutes is cut', async () => {
  const { stream } = await openStream()
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

test('no stream is silent for more than 15 seconds, and one that speaks has no comments', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const { stream, socket } = await openStream()
  socket.resume()
  for (let second = 0; second < 60; second++) {
    const told = once(socket, 'data')
    stream.send(`data: ${second}\n\n`)
    expect(String(await told)).not.toContain(':heartbeat')
    await vi.advanceTimersByTimeAsync(1_000)
  }
  const heartbeat = Promise.withResolvers<void>()
  socket.on('data', (bytes) => /:heartbeat \d+\n\n/.test(String(bytes)) && heartbeat.resolve())
  await vi.advanceTimersByTimeAsync(14_000)
  await heartbeat.promise
})
