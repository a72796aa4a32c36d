import { fastify } from 'fastify'
import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { createOperatorGuard, type OperatorGuardOptions } from './operator-guard.ts'
import { Gate } from './principal.ts'

const TOKEN = 'a-token-for-programs'

/** Asks as somebody from an address; resolves with the status of reading and of changing. */
async function ask(
  options: Partial<OperatorGuardOptions>,
  remoteAddress: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly number[]> {
  const server = fastify()
  const guard = createOperatorGuard({ gate: undefined, token: TOKEN, allowed: [], open: false, ...options })
  server.get('/read', { onRequest: guard.read }, async () => 'told')
  server.get('/change', { onRequest: guard.change }, async () => 'changed')
  server.setErrorHandler((error: { readonly status?: number }, _request, reply) =>
    reply.code(error.status ?? 500).send(),
  )
  const replies = [
    await server.inject({ url: '/read', remoteAddress, headers }),
    await server.inject({ url: '/change', remoteAddress, headers }),
  ]
  await server.close()
  return replies.map(({ statusCode }) => statusCode)
}

test.each<
  readonly [string, Partial<OperatorGuardOptions>, string, Record<string, string>, readonly number[]]
>([
  ['a stranger', {}, '203.0.113.9', {}, [403, 403]],
  [
    'the token reads and changes nothing',
    {},
    '203.0.113.9',
    { authorization: `Bearer ${TOKEN}` },
    [200, 403],
  ],
  ['a wrong token', {}, '203.0.113.9', { authorization: `Bearer ${TOKEN}x` }, [403, 403]],
  ['an allowed net', { allowed: ['203.0.113.0/24'] }, '203.0.113.9', {}, [200, 403]],
  ['an allowed address in its IPv6 form', { allowed: ['10.0.0.5'] }, '::ffff:10.0.0.5', {}, [200, 403]],
  ['an allowed IPv6 net', { allowed: ['2001:db8::/32'] }, '2001:db8::7', {}, [200, 403]],
  // A proxy there that is not believed stands for everybody.
  [
    'an allowed address for somebody else',
    { allowed: ['127.0.0.1'] },
    '127.0.0.1',
    { 'x-forwarded-for': '203.0.113.9' },
    [403, 403],
  ],
  ['a neighbour of it', { allowed: ['2001:db8::/32'] }, '2001:db9::7', {}, [403, 403]],
  ['this computer in production', {}, '127.0.0.1', {}, [403, 403]],
  ['this computer in development', { open: true }, '127.0.0.1', {}, [200, 200]],
  ['this computer by IPv6', { open: true }, '::1', {}, [200, 200]],
  [
    'this computer for somebody else',
    { open: true },
    '127.0.0.1',
    { 'x-forwarded-for': '127.0.0.1' },
    [403, 403],
  ],
  [
    'this computer by its name and port',
    { open: true },
    '::1',
    { host: 'localhost:5000', origin: 'http://127.0.0.1:5173' },
    [200, 200],
  ],
  ['this computer as [::1]', { open: true }, '::1', { host: '[::1]:5000' }, [200, 200]],
  // A page of a stranger whose name leads here, in the browser of whoever sits at this computer.
  ['a name that was bent to here', { open: true }, '127.0.0.1', { host: 'evil.example:5000' }, [403, 403]],
  [
    'a name that only begins as ours',
    { open: true },
    '127.0.0.1',
    { host: 'localhost.evil.example' },
    [403, 403],
  ],
  [
    'a page of a stranger',
    { open: true },
    '127.0.0.1',
    { host: 'localhost:5000', origin: 'https://evil.example' },
    [403, 403],
  ],
  ['a page without an origin', { open: true }, '127.0.0.1', { origin: 'null' }, [403, 403]],
  ['a stranger in development', { open: true }, '203.0.113.9', {}, [403, 403]],
])('%s', async (_, ...[options, address, headers, statuses]) => {
  expect(await ask(options, address, headers)).toEqual(statuses)
})

test('while nobody can tell whose token it is, it opens nothing and keeps nobody from the rest', async () => {
  const gate = new Gate(() => Promise.reject(new AppError('database_unavailable')))
  const guard = createOperatorGuard({ gate, token: TOKEN, allowed: [], open: false })
  const server = fastify()
  server.get('/', async (request) => ({ told: await guard.mayRead(request) }))
  const headers = { authorization: 'Bearer that-of-an-operator' }
  expect((await server.inject({ url: '/', headers })).json()).toEqual({ told: false })
  await server.close()
})
