import { describe, expect, test } from 'vitest'
import { storeChunks } from '../../../test/contracts/vector-index-contract.ts'
import { runCommand } from '../../../test/run-command.ts'
import { testDatabases } from '../../../test/test-store.ts'
import { createFakeOpenAI } from '../../fakes/openai.ts'
import { migrateUp } from '../../store/migrate.ts'
import { openStore, type OpenStore } from '../../store/open-store.ts'

const KEY = { bot: 'shop', owner: 'bot' }

describe.each(testDatabases())('botyard reindex on $name', (database) => {
  test('makes all vectors anew with the embedder of the settings', async () => {
    const { env, remove } = await database.create()
    const openai = await createFakeOpenAI()
    const withStore = async <Result>(use: (store: OpenStore) => Promise<Result>): Promise<Result> => {
      const { DATABASE_URL: databaseUrl, DATA_DIR: dataDir = 'unused' } = env
      const store = await openStore({ dataDir, ...(databaseUrl && { databaseUrl }) })
      try {
        return await use(store)
      } finally {
        await store.close()
      }
    }
    try {
      await withStore(async (store) => {
        await migrateUp(store.db)
        await storeChunks(store, KEY, ['Delivery is free.', 'Our shop opens at nine.'])
        await store.vectors.prepare({ embedder: 'before', dimensions: 3, way: 'qdrant' })
      })
      const settings = { EMBEDDING_MODEL: 'openai/m', EMBEDDING_BASE_URL: openai.url }
      const { code, out } = await runCommand(['reindex'], { env: { ...env, ...settings } })
      expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('2 pieces in') })
      expect(await withStore((store) => store.vectors.space())).toMatchObject({
        embedder: 'openai/m',
        dimensions: 64,
      })
    } finally {
      await openai.close()
      await remove()
    }
  })

  test('says so when the tables are missing', async () => {
    const { env, remove } = await database.create()
    try {
      await runCommand(['migrate', 'down', '--steps', '99'], { env })
      const { code, err } = await runCommand(['reindex'], { env })
      expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('botyard migrate up') })
    } finally {
      await remove()
    }
  })
})

test('botyard serve asks for its role', async () => {
  expect(await runCommand(['serve'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('serve --role embed'),
  })
})
