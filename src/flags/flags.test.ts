import { exec } from 'node:child_process'
import { promisify } from 'node:util'
import * as fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeFolder, runCommand } from '../../test/run-command.ts'
import { scriptedModel, text } from '../../test/scripted-model.ts'
import { collectEvents, postJson, startTestApp, type TestApp } from '../../test/test-app.ts'
import { decideFlag, flagBucket } from './decide-flag.ts'
import { FlagBoard } from './flag-board.ts'
import type { FlagState } from './flags.ts'

const STREAMING: FlagState = {
  name: 'streaming',
  enabled: true,
  percentage: 100,
  allow: [],
  deny: [],
  variant: 'A',
}
const JWT_SECRET = 'a-secret-that-only-these-tests-know-of'
const NO_TEST = { enabled: false, variant: 'A' } as const

test.each([
  ['user-1', 19],
  ['user-2', 12],
  ['abc', 72],
])('%s is in the bucket it had: %i', (identifier, bucket) => {
  expect(flagBucket(identifier)).toBe(bucket)
})

test('a larger share only adds people', () => {
  const share = fc.integer({ min: 0, max: 100 })
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), share, share, (id, one, other) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)]
      const on = (percentage: number) => decideFlag({ ...STREAMING, percentage }, id, NO_TEST).on
      return !on(low) || on(high)
    }),
  )
})

test('the kill switch wins over the lists, deny over allow, the lists over the test, the test over the share', () => {
  const decide = (flag: Partial<FlagState>, id: string | undefined, abTest = false) =>
    decideFlag({ ...STREAMING, ...flag }, id, { enabled: abTest, variant: 'A' })
  expect([
    decide({ enabled: false, allow: ['a'] }, 'a'),
    decide({ allow: ['a'], deny: ['a'] }, 'a'),
    decide({ allow: ['abc'], percentage: 0 }, 'abc', true),
    decide({ percentage: 0 }, 'user-1', true),
    decide({ percentage: 100 }, 'abc', true),
    decide({ percentage: 20 }, 'user-1'),
    decide({ percentage: 19 }, 'user-1'),
    decide({ percentage: 99 }, undefined),
  ]).toEqual([
    { on: false, reason: 'DISABLED' },
    { on: false, reason: 'TARGETING_MATCH' },
    { on: true, reason: 'TARGETING_MATCH' },
    { on: true, reason: 'SPLIT', variant: 'A' },
    { on: false, reason: 'SPLIT', variant: 'B' },
    { on: true, reason: 'SPLIT' },
    { on: false, reason: 'SPLIT' },
    { on: false, reason: 'DEFAULT' },
  ])
})

describe('a server', () => {
  let app: TestApp
  const run = promisify(exec)

  beforeAll(async () => {
    app = await startTestApp({ model: scriptedModel(text('One ', 'two ', 'three.')), env: { JWT_SECRET } })
  })
  afterAll(() => app.close())
  afterEach(async () => {
    await setShare('streaming', 100)
  })

  /** Lines of guide 002, on the port of this server. */
  async function curl(lines: readonly string[]): Promise<unknown[]> {
    const { stdout } = await run(
      lines
        .map((line) => `${line}; echo`)
        .join('\n')
        .replaceAll('http://localhost:5000', app.url),
    )
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  }

  async function setShare(feature: unknown, percentage: unknown) {
    const reply = await postJson(`${app.url}/api/metrics/feature-flags/rollout`, { feature, percentage })
    return { status: reply.status, ...((await reply.json()) as object) }
  }

  test('takes the lines of guide 002 as printed', async () => {
    const shares = [1, 5, 10, 25, 50, 75, 90, 100, 0]
    const lines = shares.map(
      (share) => `curl -X POST http://localhost:5000/api/metrics/feature-flags/rollout \\
  -H "Content-Type: application/json" \\
  -d '{"feature":"streaming","percentage":${share}}'`,
    )
    const replies = await curl([...lines, 'curl -s http://localhost:5000/api/metrics/feature-flags'])
    expect(replies.slice(0, -1)).toEqual(
      shares.map((newPercentage) => ({
        success: true,
        message: 'Rollout percentage updated for streaming',
        newPercentage,
      })),
    )
    expect(replies.at(-1)).toMatchObject({
      flags: {
        streaming: { enabled: true, rolloutPercentage: 0, whitelistCount: 0, blacklistCount: 0 },
        tts: { enabled: true, rolloutPercentage: 100 },
        abTest: { enabled: false, variant: 'A' },
        metrics: { enabled: true },
      },
    })
  })

  test.each([
    [undefined, 5, 400, 'Missing required fields: feature, percentage'],
    ['streaming', undefined, 400, 'Missing required fields: feature, percentage'],
    ['voice', 5, 404, 'Unknown feature: voice'],
    ['__proto__', 5, 404, 'Unknown feature: __proto__'],
    ['streaming', 'abc', 400, 'percentage must be a whole number from 0 to 100'],
    ['streaming', 101, 400, 'percentage must be a whole number from 0 to 100'],
    ['streaming', -1, 400, 'percentage must be a whole number from 0 to 100'],
    ['streaming', 1.5, 400, 'percentage must be a whole number from 0 to 100'],
    ['metrics', 50, 400, 'metrics is on or off and has no percentage'],
  ])('refuses %s at %s with %i', async (...[feature, share, status, error]) => {
    expect(await setShare(feature, share)).toMatchObject({ status, error })
  })

  test('lets nobody in who comes through a proxy, and operators wherever they are', async () => {
    const url = `${app.url}/api/metrics/feature-flags`
    const foreign = await fetch(url, { headers: { 'x-forwarded-for': '203.0.113.7' } })
    expect(foreign.status).toBe(401)
    const token = (await runCommand(['token', '--name', 'ci'], { env: { JWT_SECRET } })).out.trim()
    const headers = { 'x-forwarded-for': '203.0.113.7', authorization: `Bearer ${token}` }
    const set = await postJson(
      `${url}/rollout`,
      { feature: 'tts', percentage: 90, reason: 'phase 7' },
      headers,
    )
    expect(set.status).toBe(200)
    const [entry] = await app.store.audit.list({ topic: 'flag', name: 'tts', limit: 1 })
    expect(entry).toMatchObject({ actor: 'operator token', reason: 'phase 7', after: { percentage: 90 } })
  })

  test('outside of the share the same endpoint gives the answer whole', async () => {
    const ask = () =>
      postJson(`${app.url}/api/chat/query/stream`, { query: 'Hi', chatbotId: 'test', sessionId: 'a-b' })
    const textsOf = async () =>
      (await collectEvents(await ask())).flatMap(({ event, data }) =>
        event === 'text' ? [data.content] : [],
      )
    expect(await textsOf()).toEqual(['One ', 'two ', 'three.'])
    await setShare('streaming', 0)
    expect(await textsOf()).toEqual(['One two three.'])
  })

  test('keeps who changed what from what to what and why, and notices when the record was changed', async () => {
    const change = { percentage: 40, allow: ['user-3'], reason: 'phase 4' }
    const reply = await fetch(`${app.url}/api/flags/streaming`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(change),
    })
    expect(await reply.json()).toMatchObject({ flag: { percentage: 40, allow: ['user-3'] } })
    const { audit, db } = app.store
    const [entry] = await audit.list({ topic: 'flag', name: 'streaming', limit: 1 })
    expect(entry).toMatchObject({
      actor: 'this computer',
      reason: 'phase 4',
      before: { percentage: 100 },
      after: { percentage: 40 },
    })
    expect(await audit.findBreak()).toBeUndefined()
    const forge = (reason: string) =>
      db
        .updateTable('audit_entries')
        .set({ reason })
        .where('position', '=', entry?.position ?? 0)
        .execute()
    await expect(forge('forged')).rejects.toThrow()
    // What nobody but the owner of the database can do.
    await sql`alter table audit_entries disable trigger user`.execute(db)
    await forge('forged')
    await sql`alter table audit_entries enable trigger user`.execute(db)
    expect(await audit.findBreak()).toBe(entry?.position)
  })

  test('sees what another replica sets, keeps it when the database is away, and obeys its own kill switch', async () => {
    const here = new FlagBoard(app.store.flags, [STREAMING, { ...STREAMING, name: 'abTest', enabled: false }])
    const off = new FlagBoard(app.store.flags, [
      { ...STREAMING, enabled: false },
      { ...STREAMING, name: 'abTest' },
    ])
    await setShare('streaming', 0)
    await Promise.all([here.refresh(), off.refresh()])
    expect(here.isOn('streaming', { userId: 'user-1' })).toBe(false)
    const away = new FlagBoard({ ...app.store.flags, list: () => Promise.reject(new Error('away')) }, [
      STREAMING,
      { ...STREAMING, name: 'abTest', enabled: false },
    ])
    await expect(away.refresh()).rejects.toThrow('away')
    expect(away.isOn('streaming', { userId: 'user-1' })).toBe(true)
    await setShare('streaming', 100)
    await off.refresh()
    expect(off.isOn('streaming', { userId: 'user-1' })).toBe(false)
  })

  test('of two operators at once neither undoes what the other sets, such as the kill switch', async () => {
    const board = () =>
      new FlagBoard(app.store.flags, [STREAMING, { ...STREAMING, name: 'abTest', enabled: false }])
    const [one, other] = [board(), board()]
    const by = { actor: 'a test', reason: 'none' }
    await Promise.all([
      one.set('streaming', { enabled: false }, by),
      other.set('streaming', { percentage: 50 }, by),
    ])
    await one.refresh()
    const [flag] = await app.store.flags.list()
    await one.set('streaming', { enabled: true }, by)
    expect(flag).toMatchObject({ name: 'streaming', enabled: false, percentage: 50 })
  })

  test('what the environment turns off is on again with it, whatever was set meanwhile', async () => {
    const off = new FlagBoard(app.store.flags, [{ ...STREAMING, name: 'tts', enabled: false }])
    const on = new FlagBoard(app.store.flags, [
      { ...STREAMING, name: 'tts' },
      { ...STREAMING, name: 'abTest' },
    ])
    await off.set('tts', { percentage: 100 }, { actor: 'a test', reason: 'none' })
    await on.refresh()
    expect(on.isOn('tts', { userId: 'user-1' })).toBe(true)
  })

  test('the A/B test, which begins off, is begun by operators and by nothing else they set', async () => {
    const board = new FlagBoard(app.store.flags, [{ ...STREAMING, name: 'abTest', enabled: false }])
    const by = { actor: 'a test', reason: 'none' }
    expect(await board.set('abTest', { variant: 'B' }, by)).toMatchObject({ enabled: false, variant: 'B' })
    expect(await board.set('abTest', { enabled: true }, by)).toMatchObject({ enabled: true, variant: 'B' })
    await board.set('abTest', { enabled: false }, by)
  })
})

test('botyard flags sets and lists them', async () => {
  await using folder = await makeFolder({})
  const env = { DATA_DIR: `${folder.path}/data` }
  const run = (...words: string[]) => runCommand(['flags', ...words], { cwd: folder.path, stdin: '', env })
  expect((await runCommand(['migrate', 'up'], { cwd: folder.path, stdin: '', env })).code).toBe(0)
  const set = await run('set', 'tts', '--percentage', '20', '--reason', 'a test')
  expect(set).toMatchObject({ code: 0, err: '' })
  expect((await run('list')).out).toMatch(/tts +yes +20 %/)
  expect((await run('set', 'voice', '--percentage', '5')).err).toContain('Unknown feature: voice')
  for (const share of ['x', '101', '-1'])
    expect(await run('set', 'tts', `--percentage=${share}`)).toMatchObject({
      code: 2,
      err: '--percentage takes a whole number from 0 to 100.\n',
    })
})
