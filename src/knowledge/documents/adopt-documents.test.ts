import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PATIENCE_MS } from '../../../test/patience.ts'
import { appBackends, send, signUp } from '../../../test/people.ts'
import type { TestApp } from '../../../test/test-app.ts'
import { createFakeQdrant, type FakeQdrant } from '../../fakes/qdrant.ts'
import type { CollectionKey } from '../library.ts'

const GUIDE = 'The warranty lasts for two years.'
/** Ends what a test waits for. */
let signal: AbortSignal
beforeEach(() => {
  signal = AbortSignal.timeout(PATIENCE_MS)
})

/** Somebody on a channel with an account that is not linked yet. */
interface Sender {
  readonly own: CollectionKey
  readonly account: CollectionKey
  readonly link: () => Promise<void>
}

describe.each(appBackends())('documents given before an account was linked, on $name', (backend) => {
  let app: TestApp
  let qdrant: FakeQdrant
  beforeAll(async () => {
    qdrant = await createFakeQdrant()
    app = await backend.start({ env: { QDRANT_URL: qdrant.url } })
  })
  afterAll(async () => {
    await app.close()
    await qdrant.close()
  })

  const meet = async (): Promise<Sender> => {
    const person = await signUp(app)
    const subject = `telegram:${randomUUID()}`
    return {
      own: { bot: 'test', owner: subject },
      account: { bot: 'test', owner: `user:${person.id}` },
      link: async () => {
        const { code } = (await send(app, 'POST /api/auth/link', person)).body
        expect(await app.host.link(subject, code)).toBe(true)
      },
    }
  }
  const give = async (key: CollectionKey, name: string, text: string): Promise<string> => {
    const collection = app.library.collection(key)
    const { document } = await collection.add({ name, bytes: Buffer.from(text) })
    for await (const { status } of collection.follow(document.id, { signal })) if (status === 'ready') break
    return document.id
  }
  const listed = async (key: CollectionKey): Promise<readonly string[]> =>
    (await app.library.collection(key).list()).map(({ name, status }) => `${name} ${status}`)
  const find = async (key: CollectionKey, query: string): Promise<readonly string[]> =>
    (await app.library.search([key], query, { limit: 3, signal })).map(({ source }) => source)

  test('are the account’s, found by their words and, misspelt, by their vectors', async () => {
    const { own, account, link } = await meet()
    await give(own, 'guide.txt', GUIDE)
    expect([await find(own, 'warranty'), await find(account, 'warranty')]).toEqual([['guide.txt'], []])
    await link()
    expect([await find(own, 'warranty'), await find(account, 'warranty')]).toEqual([[], ['guide.txt']])
    expect([await listed(own), await listed(account)]).toEqual([[], ['guide.txt ready']])
    // The vectors follow in the background; each question is another, as what was found is remembered.
    for (let tries = 0; (await find(account, `warrnty${'?'.repeat(tries)}`)).length === 0; tries++)
      await delay(50, undefined, { signal })
  })

  test('are merged with the same ones, and keep another one’s name free', async () => {
    const { own, account, link } = await meet()
    await give(account, 'guide.txt', GUIDE)
    await give(account, 'plan.md', 'Theirs.')
    await give(own, 'copy.txt', GUIDE)
    await give(own, 'plan.md', 'Ours.')
    await give(own, 'plan (2).md', 'Ours, too.')
    await link()
    expect(await listed(own)).toEqual([])
    expect(await listed(account)).toEqual([
      'guide.txt ready',
      'plan (2).md ready',
      'plan (3).md ready',
      'plan.md ready',
    ])
  })

  test('of every bot, but not what was given in a group', async () => {
    const { own, account, link } = await meet()
    const group = { bot: 'test', owner: `chat:telegram:${own.owner}` }
    await give(group, 'ours.txt', GUIDE)
    await give({ ...own, bot: 'another' }, 'mine.txt', GUIDE)
    await link()
    expect(await listed(group)).toEqual(['ours.txt ready'])
    expect(await listed({ ...account, bot: 'another' })).toEqual(['mine.txt ready'])
    expect(await listed(account)).toEqual([])
  })

  test('and that are still read are read for the account', async () => {
    const { own, account, link } = await meet()
    const { document } = await app.library
      .collection(own)
      .add({ name: 'guide.txt', bytes: Buffer.from(GUIDE) })
    await link()
    for await (const { status } of app.library.collection(account).follow(document.id, { signal }))
      if (status === 'ready') break
    expect(await find(account, 'warranty')).toEqual(['guide.txt'])
    expect(await listed(own)).toEqual([])
  })
})
