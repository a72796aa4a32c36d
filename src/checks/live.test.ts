import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { loadConfig } from '../config.ts'
import { AppError } from '../errors.ts'
import type { CheckResult } from './check.ts'
import { liveChecks, type LiveContext } from './live.ts'
import { runChecks } from './run-checks.ts'
import type { TelegramAccountState } from './telegram.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'botyard-checks-'))
  cleanups.push(() => rm(folder, { recursive: true }))
  return folder
}

const TELEGRAM: TelegramAccountState = {
  username: 'a_bot',
  mode: 'webhook',
  webhook: 'here',
  pending: 0,
  lastError: null,
}

async function run(change: Partial<LiveContext> & { env?: Record<string, string> } = {}) {
  const { env, ...rest } = change
  const context: LiveContext = {
    config: loadConfig({ PORT: '0', DATA_DIR: await makeFolder(), ...env }),
    nodeVersion: '24.21.0',
    inspectDatabase: async () => ({ pending: [], differences: [] }),
    askModel: async () => ({ model: 'offline', text: 'Hello.', durationMs: 3 }),
    isBotyard: async () => false,
    inspectTelegram: async () => [TELEGRAM],
    inspectBitrix24: async () => [{ host: 'a.bitrix24.ru', problem: null, mode: 'fetch' }],
    inspectDaData: async () => ({ remaining: 9_000 }),
    ...rest,
  }
  const results: Record<string, CheckResult> = {}
  for await (const result of runChecks(liveChecks, context)) results[result.id.replace('live.', '')] = result
  return results
}

async function occupyPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(async () => server.close())
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has a port
  return String((server.address() as AddressInfo).port)
}

test('everything passes on a healthy computer', async () => {
  const results = await run()
  expect(Object.values(results).filter(({ status }) => status !== 'pass')).toEqual([])
})

test.each(['20.20.2', '24.8.9', '22.21.0'])('Node.js %s is too old', async (nodeVersion) => {
  expect((await run({ nodeVersion })).node).toMatchObject({
    status: 'fail',
    remedy: 'Install Node.js 24.9 or newer.',
  })
})

test('a port that is taken fails, unless Botyard itself listens there', async () => {
  const env = { PORT: await occupyPort() }
  expect((await run({ env })).port).toMatchObject({
    status: 'fail',
    evidence: expect.stringContaining('EADDRINUSE'),
  })
  expect((await run({ env, isBotyard: async () => true })).port).toMatchObject({ status: 'pass' })
})

test('a data folder that cannot be made fails', async () => {
  const file = join(await makeFolder(), 'file')
  await writeFile(file, '')
  expect((await run({ env: { DATA_DIR: join(file, 'data') } }))['data-folder']).toMatchObject({
    status: 'fail',
  })
})

test('a database that cannot be opened fails once; what needs it is skipped', async () => {
  const folderInUse = new AppError('data_folder_in_use', { params: { folder: './data', holder: ' (pid 7)' } })
  const results = await run({ inspectDatabase: () => Promise.reject(folderInUse) })
  expect(results['database']).toMatchObject({ status: 'fail', evidence: expect.stringContaining('pid 7') })
  expect([results['migrations']?.status, results['schema']?.status]).toEqual(['skip', 'skip'])
})

test('an embedded database that the answering Botyard holds is skipped, with that evidence', async () => {
  const folderInUse = new AppError('data_folder_in_use', { params: { folder: './data', holder: ' (pid 7)' } })
  const inspectDatabase = () => Promise.reject(folderInUse)
  const results = await run({ inspectDatabase, isBotyard: async () => true })
  expect(results['database']).toMatchObject({
    status: 'skip',
    evidence: expect.stringContaining('Botyard that answers'),
  })
  expect(Object.values(results).filter(({ status }) => status === 'fail')).toEqual([])
})

test('pending migrations fail when the server does not apply them itself', async () => {
  const inspectDatabase = async () => ({ pending: ['0002-lanes'], differences: [] })
  expect((await run({ inspectDatabase })).migrations).toMatchObject({ status: 'pass' })
  expect((await run({ inspectDatabase, env: { DATABASE_MIGRATE: 'false' } })).migrations).toMatchObject({
    status: 'fail',
    evidence: 'pending: 0002-lanes',
    remedy: 'Run `botyard migrate up`.',
  })
})

test('tables that differ fail', async () => {
  const inspectDatabase = async () => ({ pending: [], differences: ['Index turns_running is missing.'] })
  expect((await run({ inspectDatabase })).schema).toMatchObject({
    status: 'fail',
    evidence: 'Index turns_running is missing.',
  })
})

test('a model that does not answer fails with the sentence of its error', async () => {
  const { model } = await run({ askModel: () => Promise.reject(new AppError('model_unauthorized')) })
  expect(model).toMatchObject({ status: 'fail', evidence: new AppError('model_unauthorized').message })
})

test.each<[string, Partial<TelegramAccountState> | string, string]>([
  ['is off', 'off: set TELEGRAM_BOT_TOKEN', 'skip off: set TELEGRAM_BOT_TOKEN'],
  [
    'is polled',
    { mode: 'polling', webhook: null, pending: 2 },
    'pass @a_bot: messages are fetched, 2 waiting',
  ],
  [
    'leads elsewhere',
    { webhook: { host: 'old.example' } },
    'warn @a_bot: messages are delivered to old.example',
  ],
  ['leads nowhere', { webhook: null }, 'warn @a_bot: no webhook is set'],
  [
    'fails',
    { lastError: { message: 'Wrong response', at: new Date() } },
    expect.stringMatching(/^warn @a_bot: a delivery failed at .*: Wrong response$/) as string,
  ],
  [
    'failed long ago',
    { lastError: { message: 'x', at: new Date(0) } },
    'pass @a_bot: the webhook leads here, 0 waiting',
  ],
])('Telegram %s', async (_, state, expected) => {
  const inspectTelegram = async () => (typeof state === 'string' ? state : [{ ...TELEGRAM, ...state }])
  const { telegram } = await run({ inspectTelegram })
  expect(`${telegram?.status} ${telegram?.evidence}`).toEqual(expected)
})

test('a Telegram that refuses the token fails', async () => {
  const { telegram } = await run({
    inspectTelegram: () => Promise.reject(new AppError('channel_unauthorized')),
  })
  expect(telegram).toMatchObject({ status: 'fail', evidence: new AppError('channel_unauthorized').message })
})

test.each([
  [null, 'pass', 'the key is good'],
  [9_999, 'pass', 'the key is good, 9999 lookups are left today'],
  [3, 'warn', 'the key is good, 3 lookups are left today'],
] as const)('DaData with %j lookups left: %s', async (remaining, status, evidence) => {
  const { dadata } = await run({ inspectDaData: async () => ({ remaining }) })
  expect(dadata).toMatchObject({ status, evidence })
})

test('DaData is left out without a key, and a refused one is a failure that says what to check', async () => {
  const none = await run({ inspectDaData: async () => 'DADATA_API_KEY is not set' })
  expect(none.dadata).toMatchObject({ status: 'skip', evidence: 'DADATA_API_KEY is not set' })
  const refused = await run({ inspectDaData: () => Promise.reject(new AppError('company_unauthorized')) })
  expect(refused.dadata?.status).toBe('fail')
  expect(refused.dadata?.remedy).toContain('DADATA_API_KEY')
})

test.each([
  [null, 'pass a.bitrix24.ru: messages are fetched'],
  ['the application is not authorized', 'warn a.bitrix24.ru: the application is not authorized'],
] as const)('a Bitrix24 portal with the problem %s', async (problem, expected) => {
  const { bitrix24 } = await run({
    inspectBitrix24: async () => [{ host: 'a.bitrix24.ru', problem, mode: 'fetch' }],
  })
  expect(`${bitrix24?.status} ${bitrix24?.evidence}`).toBe(expected)
})
