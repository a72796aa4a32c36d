import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { backends } from '../../test/test-store.ts'
import { scriptedModel } from '../../test/scripted-model.ts'
import { defineBot } from '../bot.ts'
import { toRolloutOptions, type RolloutDefinition } from '../rollout-options.ts'
import type { ServedBot } from '../served-bot.ts'
import type { OpenStore } from '../store/open-store.ts'
import type { StoredRollout } from '../store/store.ts'
import { evaluate } from './evaluate.ts'
import { RevisionChooser } from './revision-chooser.ts'
import { RolloutRunner } from './rollout-runner.ts'

describe.each(backends())('rollouts on $name', (backend) => {
  let store: OpenStore
  let bot: string

  beforeAll(async () => {
    store = await backend.open()
  })
  afterAll(() => store.close())
  beforeEach(() => {
    bot = `bot-${crypto.randomUUID().slice(0, 8)}`
  })

  const by = { actor: 'ada', reason: 'a test' }

  async function begin(definition: RolloutDefinition = {}): Promise<StoredRollout> {
    const plan = [10, 100].map((percent) => ({ percent, soakMinutes: 0 }))
    const options = toRolloutOptions({ plan, leastTurns: 300, ...definition })
    const created = await store.rollouts.create(
      { bot, stable: 's', candidate: 'c', options, optionsHash: 'hash', beginsInMs: 0 },
      by,
    )
    if (!created) throw new Error('another is open')
    return created
  }

  /** So many people, each with one turn on a revision. */
  async function addTurns(revision: string, people: number, failed = 0): Promise<void> {
    await sql`
      with person as (
        insert into conversations (id, bot, channel, key, subject)
        select gen_random_uuid(), ${bot}, 'web', gen_random_uuid()::text, gen_random_uuid()::text
        from generate_series(1, ${people}) returning id, subject
      )
      insert into turns (id, conversation_id, bot, channel, subject, revision, model, outcome, error_code,
        first_token_ms, ended_at, owner, lease_until)
      select gen_random_uuid(), id, ${bot}, 'web', subject, ${revision}, 'm',
        case when row_number() over () <= ${failed} then 'failed' else 'completed' end,
        case when row_number() over () <= ${failed} then 'model_unavailable' end,
        case when row_number() over () <= ${failed} then null else 100 end, now(), 'o', now()
      from person`.execute(store.db)
  }

  async function look(rollout: StoredRollout): Promise<StoredRollout> {
    const claimed = await store.rollouts.claim(rollout.id, 0)
    if (!claimed) throw new Error('claimed by another')
    await evaluate(store.rollouts, claimed)
    const [now] = await store.rollouts.list(bot)
    if (!now) throw new Error('gone')
    return now
  }

  test('without a turn it holds, for good reason, and once too long pauses', async () => {
    const rollout = await begin({ longestHoldMinutes: 0 })
    const held = await look(rollout)
    expect(held).toMatchObject({ status: 'running', stage: 0, heldSince: expect.any(Date) })
    expect(held.judgement).toMatchObject({ verdict: 'hold', because: 'missing' })
    expect(await look(rollout)).toMatchObject({
      status: 'paused',
      reason: expect.stringMatching(/^paused: held/),
    })
  })

  test('each step counts anew, and the last one promotes', async () => {
    const rollout = await begin()
    await addTurns('c', 300)
    await addTurns('s', 2_700)
    expect(await look(rollout)).toMatchObject({ status: 'running', stage: 1, version: 2 })
    expect(await look(rollout)).toMatchObject({ status: 'running', stage: 1 })
    await addTurns('c', 300)
    expect(await look(rollout)).toMatchObject({ status: 'promoted', endedAt: expect.any(Date) })
    const entries = await store.audit.list({ topic: 'rollout', name: bot, limit: 10 })
    expect(entries.map(({ actor, after }) => [actor, (after as { status: string }).status])).toEqual([
      ['botyard', 'promoted'],
      ['botyard', 'running'],
      ['botyard', 'running'],
      ['ada', 'running'],
    ])
    expect(await store.audit.findBreak()).toBeUndefined()
  })

  test('of two who judge at once one moves it, and one who was overtaken moves nothing', async () => {
    const rollout = await begin()
    await addTurns('c', 300)
    await addTurns('s', 2_700)
    const slow = await store.rollouts.claim(rollout.id, 0)
    const quick = await store.rollouts.claim(rollout.id, 0)
    if (!slow || !quick) throw new Error('not claimed')
    const outcomes = await Promise.all([evaluate(store.rollouts, slow), evaluate(store.rollouts, quick)])
    expect(outcomes.map(({ moved }) => moved?.stage)).toEqual([undefined, 1])
    expect(await store.rollouts.claim(rollout.id, 60_000)).toBeDefined()
    expect(await store.rollouts.claim(rollout.id, 60_000)).toBeUndefined()
  })

  test('failures of two people alone roll nothing back; of many they do, also while it is paused', async () => {
    const rollout = await begin()
    await addTurns('s', 900, 2)
    await addTurns('c', 100, 30)
    await sql`update turns set subject = 'one of two' where bot = ${bot} and outcome = 'failed' and revision = 'c'`.execute(
      store.db,
    )
    expect(await look(rollout)).toMatchObject({ status: 'running' })
    await store.rollouts.move(await look(rollout), {
      ...by,
      status: 'paused',
      stage: 0,
      newWindow: false,
      detail: null,
      fenced: false,
    })
    await addTurns('c', 20, 20)
    // Of one minute, in which both revisions had the same weather.
    await sql`update turns set started_at = now() where bot = ${bot}`.execute(store.db)
    expect(await look(rollout)).toMatchObject({
      status: 'rolled-back',
      reason: expect.stringMatching(/^rolled back: errors/),
    })
  })

  test('counts are kept for minutes that change no more, and stay the same', async () => {
    const rollout = await begin()
    await sql`update rollouts set stage_started_at = now() - interval '1 hour' where id = ${rollout.id}`.execute(
      store.db,
    )
    await addTurns('c', 40, 4)
    await addTurns('s', 360, 4)
    await sql`update turns set started_at = now() - interval '30 minutes' where bot = ${bot}`.execute(
      store.db,
    )
    await addTurns('c', 10, 1)
    const first = await look(rollout)
    expect(first.tally).toMatchObject({
      tally: { candidate: { turns: 40, errors: 4 }, stable: { turns: 360 } },
    })
    const errors = (judged: StoredRollout) =>
      (judged.judgement as { gates: { gate: string; candidate: object }[] }).gates[1]
    expect(errors(first)).toMatchObject({ gate: 'errors', candidate: { bad: 5, total: 50 } })
    expect(errors(await look(rollout))).toEqual(errors(first))
  })

  const serve = (revision: string): ServedBot => ({
    bot: defineBot({ name: bot, instructions: revision }),
    model: scriptedModel(),
    revision,
  })

  /** A server whose configuration holds `configured`, with these candidates. */
  function serverOf(configured: string, ...candidates: readonly string[]) {
    const find = (name: string) => (name === bot ? serve(configured) : undefined)
    const chooser = new RevisionChooser({
      store: store.rollouts,
      find,
      revision: (_, revision) =>
        Promise.resolve([configured, ...candidates].includes(revision) ? serve(revision) : undefined),
      onMissing: () => undefined,
    })
    const runner = new RolloutRunner({
      store: store.rollouts,
      chooser,
      find,
      evaluateMs: 0,
      onMove: () => undefined,
      onProblem: (_, error) => {
        throw error
      },
    })
    const key = crypto.randomUUID()
    const request = { conversation: { bot, channel: 'web', key }, subject: key, text: 'Hi' }
    return {
      refresh: async () => {
        await runner.refresh()
        await runner.settled()
      },
      answers: async () => (await chooser.choose(request))?.revision,
    }
  }

  test('a deploy that holds the promoted revision completes the rollout, and older servers go on with it', async () => {
    const rollout = await begin()
    const promoted = {
      ...by,
      status: 'promoted',
      stage: 1,
      newWindow: false,
      detail: null,
      fenced: false,
    } as const
    await store.rollouts.move(rollout, promoted)
    const [older, newer, further] = [serverOf('s', 'c'), serverOf('c'), serverOf('d', 'c')]
    for (const server of [older, newer, further, older]) await server.refresh()
    expect(await Promise.all([older, newer, further].map((server) => server.answers()))).toEqual([
      'c',
      'c',
      'd',
    ])
    expect(await store.rollouts.list(bot)).toMatchObject([{ status: 'completed' }])
    await sql`update rollouts set changed_at = now() - interval '2 hours' where bot = ${bot}`.execute(
      store.db,
    )
    await older.refresh()
    // Whoever configures the old revision again means it.
    expect(await older.answers()).toBe('s')
  })

  test('a server without the candidate serves the stable revision and says so once', async () => {
    const rollout = await begin({ plan: [{ percent: 100, soakMinutes: 0 }] })
    const missing: string[] = []
    const chooserOf = (revisions: readonly string[]) => {
      const chooser = new RevisionChooser({
        store: store.rollouts,
        find: (name) => (name === bot ? serve('s') : undefined),
        revision: (_, revision) =>
          Promise.resolve(revisions.includes(revision) ? serve(revision) : undefined),
        onMissing: ({ revision }) => missing.push(revision),
      })
      chooser.update([rollout])
      return chooser
    }
    const request = { conversation: { bot, channel: 'web', key: 'k' }, subject: 'ada', text: 'Hi' }
    const [old, fresh] = [chooserOf([]), chooserOf(['c'])]
    expect(await old.choose(request)).toMatchObject({ revision: 's' })
    expect(await old.choose(request)).toMatchObject({ revision: 's' })
    expect(missing).toEqual(['c'])
    expect(await fresh.choose(request)).toMatchObject({ revision: 'c' })
    expect(await fresh.choose({ ...request, subject: '' })).toMatchObject({ revision: 's' })
    fresh.update([])
    // Nothing is waited for when there is no rollout.
    expect(fresh.choose(request)).toMatchObject({ revision: 's' })
  })
})
