import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { runCommand, type CommandRun } from '../../../test/run-command.ts'
import { failing, scriptedModel } from '../../../test/scripted-model.ts'
import { postJson, startTestApp, type TestApp } from '../../../test/test-app.ts'
import { AppError } from '../../errors.ts'

let app: TestApp
let hook: Awaited<ReturnType<typeof startHook>>
beforeAll(async () => {
  app = await startTestApp({ model: scriptedModel(failing(new AppError('model_unauthorized'))) })
  hook = await startHook()
})
afterAll(async () => {
  await app.close()
  await hook.close()
})
beforeEach(() => {
  hook.posts.length = 0
})

const fail = async (): Promise<void> => {
  const reply = await postJson(`${app.url}/api/chat/query/stream`, { query: 'Hi', chatbotId: 'test' })
  await reply.text()
}

/** What a server says that has nothing to do; this process is as busy as its tests. */
const WELL = {
  checks: { errorRate: { status: 'pass', value: 0 }, redis: { status: 'pass', value: 'connected' } },
  metrics: {
    recent: { ended: 100, firstToken: { p95: 300 } },
    resources: { memoryPercent: 20, cpuPercent: 5, eventLoopDelayMs: 1 },
    queue: { oldestWaitMs: 0, dead: 0 },
  },
}

const lookAt = async (numbers: object, words: readonly string[] = []): Promise<CommandRun> => {
  const server = createHttpServer((_request, response) => response.end(JSON.stringify(numbers)))
  const url = `http://${await listen(server)}`
  const ran = await runCommand(['watch', '--once', '--url', url, ...words])
  await close(server)
  return ran
}

test('a server that is well is left alone', async () => {
  const { code, out } = await lookAt(WELL, ['--webhook', hook.url])
  expect([code, hook.posts]).toEqual([0, []])
  expect(out).toContain('all is well')
})

test('neither one turn nor what was long ago says that a server is not well', async () => {
  const checks = { ...WELL.checks, errorRate: { status: 'warn', value: 100 } }
  const latency = { firstToken: { p95: 9_000 } }
  const recent = (ended: number) => ({ ended, firstToken: { p95: 2_000 } })
  const metrics = { ...WELL.metrics, latency, recent: recent(1) }
  expect((await lookAt({ checks, metrics })).out).toContain('all is well')
  const { out } = await lookAt({ checks, metrics: { ...metrics, recent: recent(10) } })
  expect(out).toContain('BotyardErrorRate: 100 % of the turns fail')
  expect(out).toContain('BotyardFirstTokenSlow: the p95 of the first token is 2000 ms')
})

test('an unhealthy server is told of, and the command leaves with 1', async () => {
  for (let turn = 0; turn < 10; turn++) await fail()
  // Everybody who asks within a second is told the same.
  const status = async (): Promise<number> => (await fetch(`${app.url}/api/metrics/health/streaming`)).status
  await expect.poll(status).toBe(503)
  const { code, out } = await runCommand(['watch', '--once', '--url', app.url, '--webhook', hook.url])
  expect(code).toBe(1)
  expect(out).toContain('critical BotyardUnhealthy: unhealthy: errorRate is 100')
  expect(hook.posts).toMatchObject([
    {
      text: expect.stringContaining('critical'),
      alerts: expect.arrayContaining([expect.objectContaining({ alert: 'BotyardErrorRate' })]),
    },
  ])
})

test('somebody gets a mail', async () => {
  await using smtp = await startSmtp()
  const env = { SMTP_URL: smtp.url, ALERT_FROM: 'botyard@example.com' }
  const words = ['watch', '--once', '--url', app.url, '--mail', 'ada@example.com']
  expect((await runCommand(words, { env })).code).toBe(1)
  expect(smtp.received()).toMatch(
    /RCPT TO:<ada@example.com>[\s\S]*Subject: Botyard at \S+ critical[\s\S]*BotyardErrorRate/,
  )
})

test('a server that is away is down', async () => {
  const { code, out } = await runCommand(['watch', '--once', '--url', 'http://127.0.0.1:9'])
  expect(code).toBe(1)
  expect(out).toContain('critical BotyardDown: nobody answers')
})

test('a receiver that could not be told is told at the next look', async () => {
  hook.refuse = true
  const watching = runCommand(['watch', '--interval', '1', '--url', app.url, '--webhook', hook.url])
  await expect.poll(() => hook.posts.length).toBe(1)
  hook.refuse = false
  await expect.poll(() => hook.posts.length).toBe(2)
  process.emit('SIGINT')
  const { code, err } = await watching
  expect([code, hook.posts.length]).toEqual([1, 2])
  expect(err).toContain('not told: the webhook answers with status 500')
})

test.each([
  [['--webhook', 'file:///etc/passwd'], 'begins with https://'],
  [['--webhook', 'https://me:secret@example.com'], 'without user and password'],
  [['--mail', 'ada@example.com'], 'SMTP_URL'],
  [['--url', 'ftp://example.com'], 'no address of a server'],
  [['--interval', '0'], 'from 1 to 86400'],
])('%s is not understood', async (words, sentence) => {
  const { code, err } = await runCommand(['watch', ...words])
  expect(code).toBeGreaterThan(0)
  expect(err).toContain(sentence)
})

async function startHook() {
  const posts: unknown[] = []
  const state = { posts, refuse: false }
  const server = createHttpServer((request, response) => void take(request, response))
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>))
    posts.push(JSON.parse(body.toString()))
    response.writeHead(state.refuse ? 500 : 200).end()
  }
  const url = await listen(server)
  return Object.assign(state, { url: `http://${url}`, close: () => close(server) })
}

/** Takes every mail, without encryption or sign-in. Source: RFC 5321. */
async function startSmtp() {
  let received = ''
  const server = createServer((socket: Socket) => {
    let inData = false
    socket.write('220 here\r\n')
    socket.on('data', (bytes) => {
      received += bytes.toString()
      if (inData) {
        if (!received.endsWith('\r\n.\r\n')) return
        inData = false
        socket.write('250 taken\r\n')
        return
      }
      const word = bytes.toString().slice(0, 4).toUpperCase()
      inData = word === 'DATA'
      socket.write({ DATA: '354 go on\r\n', QUIT: '221 bye\r\n' }[word] ?? '250 well\r\n')
      if (word === 'QUIT') socket.end()
    })
  })
  const address = await listen(server)
  return {
    url: `smtp://${address}`,
    received: () => received,
    [Symbol.asyncDispose]: () => close(server),
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function close(server: Server): Promise<void> {
  if ('closeAllConnections' in server) (server as ReturnType<typeof createHttpServer>).closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
