import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findTokenSecrets } from './token-secrets.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'botyard-secret-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function find(settings: object = {}) {
  return findTokenSecrets({
    JWT_SECRET: undefined,
    JWT_PREVIOUS_SECRETS: undefined,
    NODE_ENV: 'development',
    DATA_DIR: join(folder, 'data'),
    ...settings,
  })
}

test('a development server makes a secret once, for its owner alone to read', async () => {
  const first = await find()
  expect(first).toMatchObject({ origin: 'file' })
  expect(first?.secrets[0].length).toBeGreaterThanOrEqual(32)
  expect(await find()).toEqual(first)
  const file = join(folder, 'data', 'jwt-secret')
  expect(await readFile(file, 'utf8')).toBe(first?.secrets[0])
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

test('two that start at the same time agree', async () => {
  const [one, two] = await Promise.all([find(), find()])
  expect(one?.secrets[0]).toBe(two?.secrets[0])
})

test('where nothing can be written the secret lasts for this start', async () => {
  await writeFile(join(folder, 'file'), '')
  await chmod(join(folder, 'file'), 0o400)
  expect(await find({ DATA_DIR: join(folder, 'file', 'data') })).toMatchObject({ origin: 'start' })
})

test('the setting comes first, and production makes none', async () => {
  expect(await find({ JWT_SECRET: 'mine', JWT_PREVIOUS_SECRETS: ['old'] })).toEqual({
    secrets: ['mine', 'old'],
    origin: 'setting',
  })
  expect(await find({ NODE_ENV: 'production' })).toBeUndefined()
})
