import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fetchGuarded } from './fetch-guarded.ts'

let server: Server
let url: string

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/away') response.writeHead(302, { location: 'http://127.0.0.2:1/secret' }).end()
    else if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end()
    else if (request.url === '/missing') response.writeHead(404).end()
    else if (request.url === '/large') response.end('x'.repeat(2_000))
    else if (request.url === '/hang') response.write('x')
    else response.end('hello')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

function get(address: string, ownHosts: readonly string[] = [], timeoutMs = 5_000): Promise<unknown> {
  const signal = new AbortController().signal
  return fetchGuarded(address, { ownHosts, maxBytes: 1_000, timeoutMs, signal })
}

describe('an address that leads inside is refused', () => {
  test.each([
    'http://localhost:65000/', 'http://127.0.0.1:1/', 'http://2130706433/', 'http://0x7f.1/', 'http://0/', 'http://10.0.0.1/',
    'http://172.16.0.1/', 'http://192.168.1.1/', 'http://169.254.169.254/latest/meta-data/', 'http://100.64.0.1/',
    'http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://[fd00::1]/', 'http://[fe80::1]/', 'http://[64:ff9b::7f00:1]/',
    'http://224.0.0.1/', 'http://255.255.255.255/', 'http://[::127.0.0.1]/', 'http://[::a9fe:a9fe]/',
    'http://168.63.129.16/machine?comp=goalstate',
  ])('%s', async (address) => {
    await expect(get(address)).rejects.toThrow('it leads into a network that is not public')
  }) // prettier-ignore

  test.each(['file:///etc/passwd', 'ftp://example.com/', 'gopher://example.com/'])('%s', async (address) => {
    await expect(get(address)).rejects.toThrow('only http and https are')
  })

  test('also after a redirect from one that is allowed', async () => {
    await expect(get(`${url}/away`, ['127.0.0.1'])).rejects.toThrow('not public')
  })

  test('and so is one with a password, and what is none', async () => {
    await expect(get('http://me:secret@example.com/')).rejects.toThrow('a user name or a password')
    await expect(get('example')).rejects.toThrow('it is no web address')
  })
})

test('a host of our own network is reached when it is listed', async () => {
  expect(await get(`${url}/`, ['127.0.0.1'])).toMatchObject({ url: `${url}/`, bytes: Buffer.from('hello') })
})

test.each([
  ['/missing', 'it answers with status 404'],
  ['/loop', 'it leads on more than 5 times'],
  ['/large', 'The document is too large'],
])('what goes wrong is said: %s', async (path, sentence) => {
  await expect(get(url + path, ['127.0.0.1'])).rejects.toThrow(sentence)
})

test('what takes too long, and what nobody answers', async () => {
  await expect(get(`${url}/hang`, ['127.0.0.1'], 200)).rejects.toThrow('longer than 0 seconds')
  await expect(get('http://127.0.0.1:65001/', ['127.0.0.1'])).rejects.toThrow('nobody answers there')
})
