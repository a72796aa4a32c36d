import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createFakeMlApi } from '../src/fakes/ml-api.ts'
import { runCommand } from './run-command.ts'
import { startServerProcess } from './server-process.ts'
import { readEvents, startTestApp } from './test-app.ts'
import { testDatabases } from './test-databases.ts'

const SECRET = { JWT_SECRET: 'a-secret-of-at-least-thirty-two-characters' }

const SECTIONS = 400
/** Pieces whose vectors are asked for at once. */
const BATCH = 128

/** A text whose sections can be told apart. */
function writeManual(sections: number): string {
  const filler = 'Each of these sentences only makes the section longer than it has to be. '.repeat(20)
  return Array.from(
    { length: sections },
    (_, index) => `# Part ${index}\n\nThe code of part ${index} is ${index * 7}. ${filler}`,
  ).join('\n\n')
}

/** Uploads a document and resolves once the work on it has come so far. */
async function uploadUntil(
  url: string,
  given: { token: string; content: string; share: number },
): Promise<void> {
  const body = new FormData()
  body.append('file', new Blob([given.content]), 'manual.md')
  const headers = { authorization: `Bearer ${given.token}` }
  const response = await fetch(`${url}/api/context/upload-file/stream`, { method: 'POST', body, headers })
  for await (const { event, data } of readEvents(response))
    if (event === 'progress' && data.progress >= given.share) break
}

const databases = testDatabases()
/** Vectors come for so many batches, then no more: the work cannot be over when the process is killed. */
const CASES = [
  { when: 'while it is read', share: 0.05, batches: 0, database: databases[0]! },
  { when: 'while it is indexed', share: 0.61, batches: 1, database: databases.at(-1)! },
].map((moment) => ({ ...moment, name: moment.database.name }))

test.for(CASES)(
  'a document survives kill -9 $when on $name, and is whole and single then',
  { timeout: 120_000 },
  async ({ database, share, batches }) => {
    const { env, remove } = await database.create()
    const folder = await mkdtemp(join(tmpdir(), 'botyard-kill-'))
    const mlApi = await createFakeMlApi({ fault: { kind: 'hang-before-headers', skip: batches } })
    const { out: token } = await runCommand(['token'], { env: SECRET })
    const settings = { DATA_DIR: join(folder, 'data'), ML_API_URL: mlApi.url, ...SECRET, ...env }
    const content = writeManual(SECTIONS)
    const server = await startServerProcess({ LOG_LEVEL: 'warn', ...settings })
    await uploadUntil(server.url, { token: token.trim(), content, share })
    await server.end('SIGKILL')
    const before = mlApi.requests.length
    mlApi.inject(undefined)

    const app = await startTestApp({ env: settings })
    const { db } = app.store
    const { bot, id } = await db.selectFrom('documents').select(['bot', 'id']).executeTakeFirstOrThrow()
    const collection = app.library.collection({ bot, owner: 'bot' })
    for await (const { status } of collection.follow(id, { signal: AbortSignal.timeout(60_000) }))
      if (status === 'ready') break
    const documents = await collection.list()
    expect(documents).toMatchObject([{ name: 'manual.md', status: 'ready' }])
    const { attempts } = await db.selectFrom('documents').select('attempts').executeTakeFirstOrThrow()
    expect(attempts).toBe(2)
    const chunks = await db.selectFrom('chunks').select('heading').execute()
    expect(chunks).toHaveLength(documents[0]?.chunks ?? -1)
    expect(new Set(chunks.map(({ heading }) => heading)).size).toBe(SECTIONS)
    const embedded = mlApi.requests.slice(before).flatMap(({ body }) => body['text'] ?? [])
    expect(embedded).toHaveLength(chunks.length - batches * BATCH)
    const whole = await collection.textOf('manual.md', { maxCharacters: content.length * 2 })
    for (const part of [0, 200, SECTIONS - 1])
      expect(whole.split(`The code of part ${part} is`)).toHaveLength(2)

    await app.close()
    await mlApi.close()
    await rm(folder, { recursive: true, force: true })
    await remove()
  },
)
