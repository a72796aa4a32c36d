import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, connect, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually } from '../../test/telegram-app.ts'
import { testDatabases } from '../../test/test-store.ts'
import { createApp } from '../app.ts'
import { defineBot } from '../bot.ts'
import { loadConfig, type Config } from '../config.ts'
import { freePort } from '../drill/free-port.ts'
import { AppError } from '../errors.ts'
import { createLog } from '../observe/log.ts'
import { defineConfig } from '../project.ts'
import { createPatiently } from './create-patiently.ts'

const log = createLog({ level: 'silent', pretty: false, secrets: [] })
const project = defineConfig({ bots: [defineBot({ name: 'test', instructions: 'Be brief.' })] })

async function configFor(env: Readonly<Record<string, string>>): Promise<Config> {
  return loadConfig({ NODE_ENV: 'test', HOST: '127.0.0.1', PORT: String(await freePort()), ...env })
}

function stateOf({ PORT }: Config, path: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${PORT}${path}`)
}

test('a server that may start without its database says so until that is there', async () => {
  const config = await configFor({ DATABASE_REQUIRED_ON_STARTUP: 'false' })
  let there = false
  const created = createPatiently(
    () => (there ? Promise.resolve('app') : Promise.reject(new AppError('database_unavailable'))),
    { config, log },
  )
  const health = await eventually(() => stateOf(config, '/health'))
  expect(health.status).toBe(503)
  expect(await health.json()).toMatchObject({ status: 'unhealthy', checks: { database: false } })
  expect((await stateOf(config, '/livez')).status).toBe(200)
  const refused = await stateOf(config, '/api/chat/bots')
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2'])
  there = true
  expect(await created).toBe('app')
  await expect(stateOf(config, '/livez')).rejects.toThrow('fetch failed')
})

test('a server that needs its database, or fails for another reason, does not start', async () => {
  const create = (code: 'database_unavailable' | 'invalid_configuration') => () =>
    Promise.reject(new AppError(code))
  const needing = await configFor({})
  await expect(
    createPatiently(create('database_unavailable'), { config: needing, log }),
  ).rejects.toMatchObject({
    code: 'database_unavailable',
  })
  const patient = await configFor({ DATABASE_REQUIRED_ON_STARTUP: 'false' })
  await expect(
    createPatiently(create('invalid_configuration'), { config: patient, log }),
  ).rejects.toMatchObject({
    code: 'invalid_configuration',
  })
})

test.runIf(process.env['TEST_DATABASE_URL'])(
  'a PostgreSQL that comes late is waited for',
  async () => {
    const postgres = testDatabases().find(({ name }) => name === 'postgres')
    const database = await postgres?.create()
    const real = new URL(database?.env['DATABASE_URL'] ?? '')
    const port = await freePort()
    const folder = await mkdtemp(join(tmpdir(), 'botyard-late-'))
    const config = await configFor({
      DATABASE_REQUIRED_ON_STARTUP: 'false',
      DATABASE_URL: Object.assign(new URL(real), { host: `127.0.0.1:${port}` }).href,
      DATA_DIR: folder,
    })
    const created = createPatiently(() => createApp({ config, project, log }), { config, log })
    await eventually(async () => expect((await stateOf(config, '/readyz')).status).toBe(503))
    const proxy: Server = createServer((socket) => {
      const upstream = connect(Number(real.port), real.hostname)
      socket.pipe(upstream).pipe(socket)
      for (const end of [socket, upstream]) end.on('error', () => socket.destroy())
    }).listen(port, '127.0.0.1')
    const app = await created
    expect((await app.server.inject('/readyz')).statusCode).toBe(200)
    await app.close()
    proxy.close()
    await rm(folder, { recursive: true, force: true })
    await database?.remove()
  },
  60_000,
)
