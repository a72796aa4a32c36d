import { fastify } from 'fastify'
import { expect, test } from 'vitest'
import { createExemption } from './exempt-clients.ts'

/** True when a request from an address is counted by no limit. */
async function isExempt(
  remoteAddress: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  const server = fastify()
  const decide = createExemption(['10.0.0.0/8'])
  server.get('/', async (request) => ({ exempt: decide(request) }))
  const reply = await server.inject({ url: '/', remoteAddress, headers })
  await server.close()
  return reply.json<{ readonly exempt: boolean }>().exempt
}

test('this computer and the nets that are named are not counted, strangers are', async () => {
  const addresses = ['127.0.0.1', '::1', '10.1.2.3', '::ffff:10.1.2.3', '203.0.113.9']
  expect(await Promise.all(addresses.map((address) => isExempt(address)))).toEqual([
    true,
    true,
    true,
    true,
    false,
  ])
})

test('what a proxy in a net that is named hands on is counted', async () => {
  expect(await isExempt('10.1.2.3', { 'x-forwarded-for': '203.0.113.9' })).toBe(false)
})

test.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'via', 'x-forwarded-host', 'x-forwarded-proto'])(
  'what a proxy on this computer hands on is counted, told by %s alone',
  async (header) => {
    expect(await isExempt('127.0.0.1', { [header]: 'for=203.0.113.9' })).toBe(false)
  },
)
