import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLog } from '../observe/log.ts'
import { createHttpServer } from './http-server.ts'

const lines: string[] = []
let server: FastifyInstance

beforeAll(async () => {
  const destination = { write: (line: string) => void lines.push(line) }
  server = await createHttpServer({
    log: createLog({ level: 'info', pretty: false, secrets: [], destination }),
    version: '1',
    maxBodyBytes: 1_000,
    keepAliveTimeoutMs: 1_000,
    headersTimeoutMs: 1_000,
    corsOrigins: undefined,
    trustProxy: 0,
    publicUrl: undefined,
    isDraining: () => false,
  })
  server.get('/things/:name', async ({ params }) => params)
  await server.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => server.close())

/** Asks for a path as it is written: `fetch` would tidy it up. */
async function get(path: string) {
  const { port } = server.server.address() as AddressInfo
  const sent = request({ host: '127.0.0.1', port, path, agent: false }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const { statusCode: status, headers } = response
  return { status, headers, body: JSON.parse(await readText(response)) as object }
}

test.each([
  ['a path out of the folder of /docs', '/docs/static/%2e%2e/%2e%2e/package.json', 404, 'route_not_found'],
  ['a path that is no text', '/things/%ff', 400, 'invalid_request'],
  ['a part of a path that is too long', `/things/${'x'.repeat(400)}`, 400, 'invalid_request'],
])('%s is refused as everything else is, and is no failure of ours', async (_, path, ...[status, code]) => {
  const reply = await get(path)
  const requestId: unknown = expect.any(String)
  expect(reply).toMatchObject({ status, body: { status, code, requestId } })
  expect(reply.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-request-id': requestId })
  expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([])
})

test('a part of a path may be as long as the schemas of routes say', async () => {
  const name = 'ж'.repeat(255)
  expect(await get(`/things/${encodeURIComponent(name)}`)).toMatchObject({ status: 200, body: { name } })
})
