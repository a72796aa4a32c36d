import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AppError } from '../errors.ts'
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

test('without an address nothing is loaded, and a wrong one says so', async () => {
  expect(await open(undefined)).toBeUndefined()
  await expect(open('nonsense')).rejects.toThrow('SENTRY_DSN is no address of Sentry')
})
