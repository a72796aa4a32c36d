import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommand, type CommandRun } from '../../../test/run-command.ts'
import { testDatabases } from '../../../test/test-databases.ts'
import { defineJob } from '../../jobs/job.ts'
import { JobQueue } from '../../jobs/job-queue.ts'
import { AppError } from '../../errors.ts'
import { migrateUp } from '../../store/migrate.ts'
import { openStore } from '../../store/open-store.ts'

type Created = Awaited<ReturnType<ReturnType<typeof testDatabases>[number]['create']>>
let database: Created
beforeAll(async () => {
  database = await testDatabases().at(-1)!.create()
  const { DATABASE_URL: databaseUrl, DATA_DIR: dataDir = 'unused' } = database.env
  const store = await openStore({ ...(databaseUrl && { databaseUrl }), dataDir })
  await migrateUp(store.db)
  const died = Promise.withResolvers<void>()
  const report = defineJob({
    name: 'report',
    run: () => {
      throw new AppError('model_rejected')
    },
  })
  const queue = new JobQueue({
    lanes: store.lanes,
    jobs: [report],
    onFailure: () => died.resolve(),
    onDatabase: () => undefined,
  })
  queue.start()
  await queue.put({ job: 'report', key: 'a', payload: { page: '\u001B[31m7' } })
  await queue.put({ job: 'report', key: 'b', payload: 'later', runAt: new Date(Date.now() + 3_600_000) })
  await died.promise
  await queue.drain(5_000)
  await store.close()
})
afterAll(() => database.remove())

const run = (...words: string[]): Promise<CommandRun> => runCommand(['jobs', ...words], { env: database.env })

test('a job that failed for good is listed, shown, retried and dropped; one that waits can be dropped', async () => {
  const { out } = await run('list')
  expect(out).toMatch(
    /^id +state +job +due or died +tries +error or payload\n\d+ +dead +report .* 1 +model_rejected/,
  )
  expect(out).toMatch(/\n\d+ +waiting +report .* 0 +"later"\n/)
  const [dead, waiting] = JSON.parse((await run('list', '--json')).out) as { id: string; state: string }[]
  const shown = await run('show', dead?.id ?? '')
  expect(shown.out).toMatch(/^state +dead\n[^]*job +report\n[^]*payload +\{"page":".*7"\}\n$/)
  expect(shown.out).not.toContain('\u001B')
  expect(await run('retry', dead?.id ?? '')).toEqual({ code: 0, out: `${dead?.id} is put back\n`, err: '' })
  expect((await run('list', '--dead')).out).toBe('no jobs\n')
  const again = await run('retry', dead?.id ?? '')
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining(`Not failed for good`) })
  expect((await run('drop', waiting?.id ?? '')).code).toBe(0)
  const left = JSON.parse((await run('list', '--json')).out) as unknown[]
  expect(left).toMatchObject([{ state: 'waiting', job: 'report', key: 'report:key:a', attempts: 0 }])
})

test.each([
  [['lsit'], 'Did you mean "list"?'],
  [['retry'], 'Usage: botyard jobs'],
  [['show', '1', '2'], 'Usage: botyard jobs'],
])('%j is not understood', async (words, sentence) => {
  expect(await run(...words)).toMatchObject({ code: 2, err: expect.stringContaining(sentence) })
})
