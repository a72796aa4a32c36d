import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { fastify, type FastifyReply } from 'fastify'
import { expect, onTestFinished, test, vi } from 'vitest'
import { EventStream } from './event-stream.ts'

interface OpenStream {
  readonly stream: EventStream
  readonly response: FastifyReply['raw']
  /** The reader's. */
  readonly socket: Socket
}

/** A stream, and its reader, who takes nothing yet. */
async function openStream(): Promise<OpenStream> {
  const server = fastify()
  const began = Promise.withResolvers<Omit<OpenStream, 'socket'>>()
  server.get('/', (_request, reply) => began.resolve({ stream: new EventStream(reply), response: reply.raw }))
  await server.listen({ host: '127.0.0.1', port: 0 })
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1').pause()
  onTestFinished(async () => {
    socket.destroy()
    await server.close()
  })
  await once(socket, 'connect')
  socket.write('GET / HTTP/1.1\r\nhost: test\r\n\r\n')
  return { ...(await began.promise), socket }
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

test('a reader who takes nothing of the end of a stream is cut', async () => {
  const { stream, response } = await openStream()
  stream.end(`data: ${'a'.repeat(64 * 1_048_576)}\n\n`)
  expect(response.socket?.timeout).toBe(300_000)
  response.socket?.emit('timeout')
  await once(response, 'close')
  expect(response.writableFinished).toBe(false)
})

test('the end of a stream that is taken at once has no time limit', async () => {
  const { stream, response, socket } = await openStream()
  const taken = once(socket, 'data')
  socket.resume()
  stream.end('data: 1\n\n')
  expect([response.writableLength, response.listenerCount('timeout')]).toEqual([0, 0])
  await taken
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
