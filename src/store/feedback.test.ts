import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backends } from '../../test/test-store.ts'
import type { FeedbackReport } from '../feedback.ts'
import type { OpenStore } from './open-store.ts'

describe.each(backends())('feedback on $name', (backend) => {
  let store: OpenStore
  beforeAll(async () => {
    store = await backend.open()
  })
  afterAll(() => store.close())

  /** A turn of `revision` that the channel calls `reference`. */
  async function answer(reference: string, revision = 'r1'): Promise<string> {
    const turnId = randomUUID()
    const conversation = { bot: 'helper', channel: 'poe', key: randomUUID() }
    const text = { subject: 'ada', revision, model: 'offline', text: 'Hello' }
    await store.turns.begin({ turnId, conversation, ...text, historyLimit: 0, owner: 'a', leaseMs: 60_000 })
    await store.feedback.link({ bot: 'helper', channel: 'poe', reference, turnId })
    return turnId
  }

  function like(reference: string, change: Partial<FeedbackReport> = {}): FeedbackReport {
    const said = { bot: 'helper', channel: 'poe', subject: 'ada', kind: 'reaction', value: 'like' } as const
    return { ...said, reference, ...change }
  }

  test('is kept with the turn and the revision of its answer, and counted once a person', async () => {
    const turnId = await answer('m-1', 'counted')
    const target = await store.feedback.record(like('m-1'))
    await store.feedback.record(like('m-1'))
    await store.feedback.record(like('m-1', { subject: 'bob' }))
    await store.feedback.record(like('m-1', { subject: 'bob', value: 'sad' }))
    expect(target).toEqual({ turnId, revision: 'counted' })
    const counts = (await store.feedback.count({ bot: 'helper' })).filter(
      ({ revision }) => revision === 'counted',
    )
    expect(counts.map(({ value, count }) => [value, count])).toEqual([
      ['like', 2],
      ['sad', 1],
    ])
  })

  test('that is taken back does not count', async () => {
    await answer('m-2', 'taken-back')
    await store.feedback.record(like('m-2'))
    await store.feedback.record(like('m-2', { removed: true }))
    const counts = await store.feedback.count()
    expect(counts.filter(({ revision }) => revision === 'taken-back')).toEqual([])
  })

  test('on an answer that is not known here is kept without a revision', async () => {
    const target = await store.feedback.record(like('m-unknown', { bot: 'other' }))
    expect(target).toEqual({ turnId: null, revision: null })
    expect(await store.feedback.count({ bot: 'other' })).toMatchObject([{ revision: null, count: 1 }])
  })

  test('finds the last answer when a channel uses an id again', async () => {
    await answer('m-again', 'first')
    const turnId = await answer('m-again', 'second')
    expect(await store.feedback.record(like('m-again'))).toEqual({ turnId, revision: 'second' })
  })

  test('notes of a channel are read as they were last written', async () => {
    await store.notes.write('poe', 'settings', 'a')
    await store.notes.write('poe', 'settings', 'b')
    expect(await store.notes.read('poe', 'settings')).toBe('b')
    expect(await store.notes.read('poe', 'other')).toBeUndefined()
  })
})
