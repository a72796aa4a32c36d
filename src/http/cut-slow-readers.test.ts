import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fastify, type FastifyReply } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cutSlowReaders } from './cut-slow-readers.ts'

const server = fastify()
const large = Promise.withResolvers<FastifyReply['raw']>()
let port = 0
beforeAll(async () => {
  cutSlowReaders(server, 100)
  server.get('/large', (_request, reply) => {
    large.resolve(reply.raw)
    return reply.send('a'.repeat(32 * 1_048_576))
  })
  server.get('/timeout', async ({ raw }) => ({ milliseconds: raw.socket.timeout ?? 0 }))
  await server.listen({ host: '127.0.0.1', port: 0 })
  port = (server.server.address() as AddressInfo).port
})
afterAll(() => server.close())

test('a client that takes nothing of its reply is cut', async () => {
  const socket = connect(port, '127.0.0.1').pause()
  await once(socket, 'connect')
  socket.write('GET /large HTTP/1.1\r\nhost: test\r\n\r\n')
  const response = await large.promise
  await once(response, 'close')
  expect(response.writableFinished).toBe(false)
  socket.destroy()
})

test('a client that reads gets all of it', async () => {
  const reply = await fetch(`http://127.0.0.1:${port}/large`)
  expect((await reply.text()).length).toBe(32 * 1_048_576)
})

test('the next request of the connection may take its time to be answered', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = async (): Promise<unknown> => {
    const [response] = await once(get({ port, host: '127.0.0.1', path: '/timeout', agent }), 'response')
    return JSON.parse(await text(response))
  }
  expect([await ask(), await ask()]).toEqual([{ milliseconds: 0 }, { milliseconds: 0 }])
  agent.destroy()
})

test('a request that came without a connection is answered, too', async () => {
  expect((await server.inject('/timeout')).json()).toEqual({ milliseconds: 0 })
})
