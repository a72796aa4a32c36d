import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { finished, newTurn } from '../../test/stored-turn.ts'
import { backends } from '../../test/test-store.ts'
import type { OpenStore } from './open-store.ts'
import { createNumbers } from './numbers.ts'
import type { FinishedTurn, NewTurn, Numbers, TurnOutcome } from './store.ts'

describe.each(backends())('the numbers on $name', (backend) => {
  let store: OpenStore
  let numbers: Numbers
  beforeAll(async () => {
    store = await backend.open()
  })
  afterAll(() => store.close())
  beforeEach(async () => {
    await sql`truncate conversations, metrics_start, inbox_messages cascade`.execute(store.db)
    // What it has added up already belongs to the rows of the test before.
    numbers = createNumbers(store.db)
  })

  const begin = async (options: Partial<NewTurn> = {}): Promise<NewTurn> => {
    const turn = newTurn(options)
    await store.turns.begin(turn)
    return turn
  }

  const answer = async (facts: Partial<FinishedTurn> = {}, subject = 'ada'): Promise<string> => {
    const turn = await begin({ subject })
    const usual = { text: 'Hello', firstTokenMs: 100, durationMs: 500, words: 1 }
    await store.turns.finish(finished(turn, { ...usual, ...facts }))
    return turn.turnId
  }

  const answerEach = async (outcomes: readonly TurnOutcome[]): Promise<void> => {
    for (const outcome of outcomes)
      await answer({ outcome, errorCode: outcome === 'failed' ? 'model_unavailable' : null })
  }

  const age = (interval: string): Promise<unknown> =>
    sql`update turns set ended_at = ended_at - ${interval}::interval`.execute(store.db)

  test('add up what ended, by outcome and by error', async () => {
    await answerEach(['completed', 'completed', 'failed', 'stopped'])
    await begin()
    expect(await numbers.totals()).toEqual({
      outcomes: { completed: 2, failed: 1, stopped: 1, interrupted: 0 },
      errors: { model_unavailable: 1 },
      inputTokens: 20,
      outputTokens: 8,
      audioChunks: 0,
      characters: 20,
      conversations: 5,
    })
  })

  test('count a turn once, whether it was seen as settled or not', async () => {
    await answer()
    await age('1 hour')
    await answer()
    const first = await numbers.totals()
    await answer()
    const second = await numbers.totals()
    expect([first, second].map(({ outcomes }) => outcomes.completed)).toEqual([2, 3])
  })

  test('begin anew after a reset, also for another process', async () => {
    await answerEach(['completed', 'failed'])
    await numbers.totals()
    await numbers.reset()
    await answer({ firstTokenMs: 7 })
    expect((await numbers.totals()).outcomes).toMatchObject({ completed: 1, failed: 0 })
    expect((await numbers.latencies()).firstToken).toEqual({ avg: 7, p50: 7, p95: 7, p99: 7 })
    expect(await numbers.events(10)).toHaveLength(1)
  })

  test('percentiles are samples that were measured, the nearest by rank', async () => {
    for (const firstTokenMs of [10, 20, 30, 40, null]) await answer({ firstTokenMs })
    expect((await numbers.latencies()).firstToken).toEqual({ avg: 25, p50: 20, p95: 40, p99: 40 })
  })

  test('a turn without a first token is slow in no percentile, and a failed one has no complete latency', async () => {
    await answer({ durationMs: 300 })
    await answer({ outcome: 'failed', errorCode: 'turn_timeout', firstTokenMs: null, durationMs: 90_000 })
    expect((await numbers.latencies()).complete).toMatchObject({ avg: 300, p99: 300 })
  })

  test('recent turns are those of the window', async () => {
    await answerEach(['failed', 'failed'])
    await age('1 hour')
    await answerEach(['completed', 'interrupted'])
    expect(await numbers.recent(300_000)).toMatchObject({ ended: 2, failed: 1 })
  })

  test('what happens now: running turns, people of the last hour, waiting messages', async () => {
    await answer()
    await answer()
    await answer({}, 'bob')
    await begin()
    await store.inbox.accept([
      {
        conversation: { bot: 'helper', channel: 'wire', key: '1' },
        externalId: '1',
        subject: 'ada',
        text: 'Hi',
        detail: null,
      },
    ])
    expect(await numbers.activity()).toEqual({
      running: 1,
      busyReplicas: 1,
      people: 2,
      waiting: 1,
      oldestWaitMs: expect.any(Number),
      dead: 0,
    })
  })

  test('the last turns come first', async () => {
    const ids = [await answer(), await answer({ outcome: 'failed', errorCode: 'internal' })]
    const [last, before] = await numbers.events(2)
    expect([last?.turnId, before?.turnId]).toEqual(ids.toReversed())
    expect(last).toMatchObject({ outcome: 'failed', errorCode: 'internal', words: 1, bot: 'helper' })
  })
})
