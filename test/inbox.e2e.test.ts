import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { INBOX_SERVER, startServerProcess, type ServerProcess } from './server-process.ts'
import { postJson } from './test-app.ts'
import { testDatabases } from './test-store.ts'
import { MemoryWire } from './wire-channel.ts'

interface OtherSide extends AsyncDisposable {
  readonly wire: MemoryWire
  /** How often the model was asked: before that a placeholder may be shown and not recorded. */
  readonly asked: () => number
  readonly url: string
}

/** What people see, served over HTTP; it outlives the servers that are killed. */
async function startOtherSide(): Promise<OtherSide> {
  const wire = new MemoryWire()
  let asked = 0
  const take = async (request: IncomingMessage): Promise<string | undefined> => {
    if (request.url === '/asked') {
      asked++
      return undefined
    }
    const { key = '', text } = (await json(request)) as { key?: string; text: string }
    const id = request.url?.split('/')[2]
    if (id === undefined) return await wire.send(key, text)
    await wire.edit(id, text)
    return undefined
  }
  const server: Server = createServer((request, reply) => {
    void take(request).then((shown) => reply.end(shown))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    wire,
    asked: () => asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function startReplica(env: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const defaults = { OFFLINE_PACE_MS: '100', DRAIN_LINGER_MS: '0', LOG_LEVEL: 'warn' }
  return startServerProcess({ ...defaults, ...env }, undefined, INBOX_SERVER)
}

async function send(url: string, text: string): Promise<void> {
  const reply = await postJson(`${url}/wire`, { id: crypto.randomUUID(), key: 'k', text })
  expect(await reply.json()).toEqual({ result: 'accepted' })
}

/** True when the text is a whole answer. */
const isAnswer = (text: string): boolean => text !== '…' && !text.startsWith('error')
const QUESTION = 'Hello, who are you and what can you do?'

const [embedded, postgres] = testDatabases()

test.skipIf(!postgres)(
  'a replica that is killed in the middle of an answer is replaced within seconds, and the answer comes once',
  async () => {
    await using other = await startOtherSide()
    const { env, remove } = await postgres!.create()
    const shared = { ...env, WIRE_URL: other.url }
    const first = await startReplica(shared)
    await send(first.url, QUESTION)
    await send(first.url, 'Thanks!')
    await expect.poll(() => other.asked()).toBe(1)
    const second = await startReplica(shared)
    await first.end('SIGKILL')
    const killedAt = performance.now()
    await expect
      .poll(() => other.wire.shown.filter(({ text }) => isAnswer(text)).length, { timeout: 15_000 })
      .toBe(2)
    expect(performance.now() - killedAt).toBeLessThan(12_000)
    expect(other.wire.shown).toHaveLength(2)
    expect(other.wire.shown[0]?.text).toContain('offline')
    await second.end('SIGTERM')
    await remove()
  },
  60_000,
)

test.skipIf(!postgres)(
  'SIGTERM hands what cannot be finished in time over to the other replica at once',
  async () => {
    await using other = await startOtherSide()
    const { env, remove } = await postgres!.create()
    const shared = { ...env, WIRE_URL: other.url, DRAIN_TIMEOUT_MS: '200' }
    const first = await startReplica({ ...shared, OFFLINE_PACE_MS: '5000' })
    await send(first.url, QUESTION)
    await expect.poll(() => other.asked()).toBe(1)
    const second = await startReplica({ ...shared, OFFLINE_PACE_MS: '1' })
    const askedAt = performance.now()
    expect(await first.end('SIGTERM')).toBe(0)
    await expect.poll(() => isAnswer(other.wire.shown[0]?.text ?? '…'), { timeout: 10_000 }).toBe(true)
    // Sooner than a lease runs out.
    expect(performance.now() - askedAt).toBeLessThan(4_000)
    expect(other.wire.shown).toHaveLength(1)
    await second.end('SIGTERM')
    await remove()
  },
  60_000,
)

test('on the embedded database a restart goes on at once with what the killed process left', async () => {
  await using other = await startOtherSide()
  const { env, remove } = await embedded!.create()
  const shared = { ...env, WIRE_URL: other.url }
  const first = await startReplica(shared)
  for (const text of [QUESTION, 'Thanks!']) await send(first.url, text)
  await expect.poll(() => other.asked()).toBe(1)
  await first.end('SIGKILL')
  const second = await startReplica({ ...shared, OFFLINE_PACE_MS: '1' })
  const readyAt = performance.now()
  await expect
    .poll(() => other.wire.shown.filter(({ text }) => isAnswer(text)).length, { timeout: 15_000 })
    .toBe(2)
  expect(performance.now() - readyAt).toBeLessThan(4_000)
  expect(other.wire.shown).toHaveLength(2)
  await second.end('SIGTERM')
  await remove()
}, 60_000)
