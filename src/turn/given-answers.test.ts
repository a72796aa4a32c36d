import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { finished, newTurn, says } from '../../test/stored-turn.ts'
import { backends } from '../../test/test-store.ts'
import { AppError } from '../errors.ts'
import type { EndEvent, LoggedEvent } from '../events.ts'
import type { OpenStore } from '../store/open-store.ts'
import { GivenAnswers } from './given-answers.ts'

const END: EndEvent = {
  type: 'end',
  reason: 'stop',
  durationMs: 9,
  firstTokenMs: 3,
  wordCount: 1,
  sentenceCount: 1,
}

describe.each(backends())('answers that were given, on $name', (backend) => {
  let store: OpenStore

  beforeAll(async () => {
    store = await backend.open()
  })

  afterAll(() => store.close())

  test('a database that is away again for a moment does not hide that an answer is complete', async () => {
    const turn = newTurn()
    await store.turns.begin(turn)
    await store.turns.finish(finished(turn, { events: [says(1, 'Hi'), { seq: 2, event: END }] }))
    let failures = 2
    const read: typeof store.turns.read = (...place) =>
      failures-- > 0 ? Promise.reject(new AppError('database_unavailable')) : store.turns.read(...place)
    const answers = new GivenAnswers({ ...store.turns, read }, new Map())
    expect(await answers.endOf(turn.turnId)).toEqual(END)
  })

  test('an answer that goes from the store while it is read ends for its reader, too', async () => {
    const turn = newTurn()
    await store.turns.begin(turn)
    await store.turns.append([{ turnId: turn.turnId, events: [says(1, 'Hi')] }], {
      owner: turn.owner,
      renewForMs: null,
    })
    const asked = { turnId: turn.turnId, channel: 'web', account: null }
    const reading = await new GivenAnswers(store.turns, new Map()).resume(
      asked,
      0,
      AbortSignal.timeout(9_000),
    )
    await store.db.deleteFrom('turns').where('id', '=', turn.turnId).execute()
    const events: LoggedEvent[] = []
    for await (const event of reading) events.push(event)
    expect(events).toMatchObject([says(1, 'Hi'), { seq: 2, event: { type: 'error', code: 'interrupted' } }])
  })
})
