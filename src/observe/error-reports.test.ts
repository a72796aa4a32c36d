import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSentryReceiver, type SentryReceiver } from '../../test/sentry-receiver.ts'
import { AppError } from '../errors.ts'
import { toProviderError } from '../models/provider-error.ts'
import { openErrorReports } from './error-reports.ts'
import { createLog } from './log.ts'
import { createScrubber } from './scrub.ts'

const SECRET = 'a-password-of-the-database'

let sentry: SentryReceiver
beforeAll(async () => {
  sentry = await startSentryReceiver()
})
afterAll(() => sentry[Symbol.asyncDispose]())

const open = (address: string | undefined): ReturnType<typeof openErrorReports> =>
  openErrorReports({
    dsn: address,
    release: '1.2.3',
    environment: 'test',
    scrub: createScrubber([SECRET]),
  })

test('errors of the log are reported with their causes, without secrets, and are sent before the end', async () => {
  const reports = await open(sentry.dsn)
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
  expect(sentry.events()).toHaveLength(1)
  const [event = { exception: { values: [] } }] = sentry.events()
  expect(event).toMatchObject({
    release: 'botyard@1.2.3',
    environment: 'test',
    tags: { requestId: 'request-1', code: 'internal' },
    extra: { message: 'request failed' },
  })
  expect(event.exception.values.map(({ value }) => value)).toContain('no entry with [secret]')
  expect(['user', 'request', 'server_name', 'breadcrumbs'].filter((field) => field in event)).toEqual([])
})

test('what a provider or a parser repeats of what people said is left out', async () => {
  const reports = await open(sentry.dsn)
  const said = 'my diagnosis is private'
  reports?.report(toProviderError({ status: 400, body: `{"error":"bad input: ${said}"}` }), 'turn-failed', {})
  try {
    JSON.parse(said)
  } catch (error) {
    reports?.report(error, 'a tool failed', {})
  }
  await reports?.close()
  expect(sentry.envelopes.slice(-2).join()).not.toContain('diagnosis')
  const reported = sentry.events().slice(-2)
  expect(reported.flatMap(({ exception }) => exception.values).map(({ value }) => value)).toContain(
    'the provider answered 400',
  )
})

test('what goes wrong again and again is reported once a minute', async () => {
  const before = sentry.envelopes.length
  const reports = await open(sentry.dsn)
  for (let time = 0; time < 5; time++)
    reports?.report(new AppError('database_unavailable'), 'events could not be stored', {})
  reports?.report(new AppError('internal'), 'events could not be stored', {})
  await reports?.close()
  expect(sentry.envelopes.length - before).toBe(2)
})

test('what ends the process is told as fatal and as handled by nobody', async () => {
  const reports = await open(sentry.dsn)
  reports?.reportCrash(new AppError('internal'), {})
  await reports?.close()
  expect(sentry.events().at(-1)).toMatchObject({
    level: 'fatal',
    tags: { code: 'internal' },
    exception: { values: [{ mechanism: { handled: false } }] },
  })
})

test('without an address nothing is loaded, and a wrong one says so', async () => {
  expect(await open(undefined)).toBeUndefined()
  await expect(open('nonsense')).rejects.toThrow('SENTRY_DSN is no address of Sentry')
})
