import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { toProviderError } from '../models/provider-error.ts'
import { openErrorReports } from './error-reports.ts'
import { createLog } from './log.ts'
import { createScrubber } from './scrub.ts'

const SECRET = 'a-password-of-the-database'

/** Takes envelopes as Sentry does. Source: develop.sentry.dev/sdk/data-model/envelopes. */
const envelopes: string[] = []
const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  envelopes.push(Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString())
  response.end('{}')
}
const server = createServer((request, response) => void take(request, response))
let dsn = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  dsn = `http://key@127.0.0.1:${(server.address() as AddressInfo).port}/1`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const open = (address: string | undefined): ReturnType<typeof openErrorReports> =>
  openErrorReports({
    dsn: address,
    release: '1.2.3',
    environment: 'test',
    scrub: createScrubber([SECRET]),
  })

test('errors of the log are reported with their causes, without secrets, and are sent before the end', async () => {
  const reports = await open(dsn)
  const log = createLog({
    level: 'warn',
    pretty: false,
    secrets: [],
    destination: { write: () => undefined },
    onError: (error, message) => reports?.report(error, message, { requestId: 'request-1' }),
  })
  log.warn({ err: new Error('only a warning') }, 'tried again')
  log.error(
    { err: new AppError('internal', { cause: new Error(`no entry with ${SECRET}`) }) },
    'request failed',
  )
  await reports?.close()
  expect(envelopes).toHaveLength(1)
  const [, , item = '{}'] = envelopes[0]?.split('\n') ?? []
  const event = JSON.parse(item) as Record<string, unknown> & { exception: { values: { value: string }[] } }
  expect(event).toMatchObject({
    release: 'botyard@1.2.3',
    environment: 'test',
    tags: { requestId: 'request-1', code: 'internal' },
    extra: { message: 'request failed' },
  })
  expect(event.exception.values.map(({ value }) => value)).toContain('no entry with [secret]')
  expect(['user', 'request', 'server_name', 'breadcrumbs'].filter((field) => field in event)).toEqual([])
})

const reported = (envelope = ''): string[] => {
  const [, , item = '{}'] = envelope.split('\n')
  const { exception } = JSON.parse(item) as { exception: { values: { value: string }[] } }
  return exception.values.map(({ value }) => value)
}

test('what a provider or a parser repeats of what people said is left out', async () => {
  const reports = await open(dsn)
  const said = 'my diagnosis is private'
  reports?.report(toProviderError({ status: 400, body: `{"error":"bad input: ${said}"}` }), 'turn-failed', {})
  try {
    JSON.parse(said)
  } catch (error) {
    reports?.report(error, 'a tool failed', {})
  }
  await reports?.close()
  expect(envelopes.slice(-2).join()).not.toContain('diagnosis')
  expect(envelopes.slice(-2).flatMap(reported)).toContain('the provider answered 400')
})

test('what goes wrong again and again is reported once a minute', async () => {
  const before = envelopes.length
  const reports = await open(dsn)
  for (let time = 0; time < 5; time++)
    reports?.report(new AppError('database_unavailable'), 'events could not be stored', {})
  reports?.report(new AppError('internal'), 'events could not be stored', {})
  await reports?.close()
  expect(envelopes.length - before).toBe(2)
})

test('without an address nothing is loaded, and a wrong one says so', async () => {
  expect(await open(undefined)).toBeUndefined()
  await expect(open('nonsense')).rejects.toThrow('SENTRY_DSN is no address of Sentry')
})
