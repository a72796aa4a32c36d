import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServerProcess } from './server-process.ts'
import { collectEvents, postJson, readEvents } from './test-app.ts'

let folder: string
let env: Record<string, string>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'botyard-life-'))
  env = { DATA_DIR: join(folder, 'data'), OFFLINE_PACE_MS: '40', DRAIN_LINGER_MS: '100', LOG_LEVEL: 'info' }
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const sessionId = crypto.randomUUID()
const question = { query: 'Hello, who are you and what can you do?', chatbotId: 'assistant', sessionId }

function ask(url: string): Promise<Response> {
  return postJson(`${url}/api/chat/query/stream`, question)
}

test('after kill -9 in the middle of an answer the conversation is there and the stream says what happened', async () => {
  const first = await startServerProcess(env)
  let last = ''
  let words = 0
  for await (const { id, event } of readEvents(await ask(first.url))) {
    last = id ?? last
    if (event === 'text' && ++words === 8) break
  }
  await first.end('SIGKILL')

  const second = await startServerProcess(env)
  try {
    const session = await fetch(`${second.url}/api/chat/sessions/${sessionId}?chatbotId=assistant`)
    const { messages, streamId } = (await session.json()) as {
      messages: { role: string; content: string }[]
      streamId: null
    }
    expect(messages[0]).toMatchObject({ role: 'user', content: question.query })
    expect(streamId).toBeNull()
    const rest = await collectEvents(
      await fetch(`${second.url}/api/chat/streams/${last.split(':')[0]}`, {
        headers: { 'last-event-id': last },
      }),
    )
    expect(rest.slice(-2).map(({ event }) => event)).toEqual(['error', 'close'])
    expect(rest.at(-2)?.data).toMatchObject({ code: 'INTERRUPTED', canRetry: true })
    const again = await collectEvents(await ask(second.url))
    expect(again.at(-2)?.event).toBe('complete')
  } finally {
    await second.end('SIGTERM')
  }
})

test('SIGTERM finishes the running answer, refuses new connections and leaves with code 0', async () => {
  // Long enough for a busy machine to see it not ready, and for the answer to outlast it.
  const server = await startServerProcess({ ...env, OFFLINE_PACE_MS: '100', DRAIN_LINGER_MS: '2000' })
  const events = readEvents(await ask(server.url))
  const seen: (string | undefined)[] = [(await events.next()).value?.event]
  const ended = server.end('SIGTERM')
  await expect
    .poll(() =>
      fetch(`${server.url}/readyz`).then(
        ({ status }) => status,
        () => 'refused',
      ),
    )
    .toBe(503)
  await expect
    .poll(() =>
      fetch(`${server.url}/livez`).then(
        ({ status }) => status,
        () => 'refused',
      ),
    )
    .toBe('refused')
  for await (const { event } of events) seen.push(event)
  expect(seen.slice(-2)).toEqual(['complete', 'close'])
  expect(await ended).toBe(0)
})

test('what does not end in time is interrupted politely, and the process leaves', async () => {
  const server = await startServerProcess({ ...env, OFFLINE_PACE_MS: '5000', DRAIN_TIMEOUT_MS: '200' })
  const events = readEvents(await ask(server.url))
  await events.next()
  const ended = server.end('SIGINT')
  const rest = await Array.fromAsync(events)
  expect(rest.at(-2)?.data).toMatchObject({ code: 'INTERRUPTED', canRetry: true })
  expect(await ended).toBe(0)
})

test('a second signal makes the process leave at once', async () => {
  const server = await startServerProcess({ ...env, OFFLINE_PACE_MS: '5000' })
  await readEvents(await ask(server.url)).next()
  server.child.kill('SIGTERM')
  await expect.poll(() => server.output.join('\n')).toContain('stopping')
  expect(await server.end('SIGTERM')).toBe(130)
})

test('idle connections, also those that never asked anything, do not hold up the exit', async () => {
  const server = await startServerProcess(env)
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  await once(socket, 'connect')
  const agent = new Agent({ keepAlive: true })
  const [response] = await once(request(`${server.url}/livez`, { agent }).end(), 'response')
  response.resume()
  await once(response, 'end')
  const began = performance.now()
  expect(await server.end('SIGTERM')).toBe(0)
  // Whoever waits for them waits for `DRAIN_TIMEOUT_MS`.
  expect(performance.now() - began).toBeLessThan(10_000)
  agent.destroy()
})

test('a second server on the same data folder is refused in words', async () => {
  const server = await startServerProcess(env)
  try {
    await expect(startServerProcess(env)).rejects.toThrow(/data folder .* is already open in another process/)
  } finally {
    await server.end('SIGTERM')
  }
})

test('a production server that cannot start says why as one line of JSON', async () => {
  const started = startServerProcess({ DATABASE_URL: 'postgresql://nobody:secret@127.0.0.1:1/none' })
  const output = await started.then(String, (error: Error) => error.message)
  const [head, line, ...rest] = output.split('\n')
  expect(head).toContain('left with code 1')
  expect(rest).toEqual([])
  expect(JSON.parse(line ?? '')).toMatchObject({
    level: 'fatal',
    msg: expect.stringContaining('nothing usable answers at 127.0.0.1:1') as string,
  })
  expect(line).not.toContain('secret')
})
