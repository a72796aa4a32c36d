import { expect, onTestFinished, test } from 'vitest'
import { racingBackend, untilWaiting } from '../../test/races.ts'
import { HOLD, newTurn, says } from '../../test/stored-turn.ts'
import { createTurns } from './turns.ts'

const backend = racingBackend()

test.runIf(backend)('what an owner still writes while its turn is closed belongs to the answer', async () => {
  const store = await backend!.openOwn()
  onTestFinished(() => store.close())
  const turn = newTurn({ leaseMs: -1 })
  await store.turns.begin(turn)
  await store.turns.append([{ turnId: turn.turnId, events: [says(1, 'Half')] }], HOLD)
  const late = await store.db.startTransaction().execute()
  await createTurns(late, 'postgres').append([{ turnId: turn.turnId, events: [says(2, ' an answer')] }], HOLD)
  const closing = store.turns.interruptAbandoned({ all: false })
  await untilWaiting(store, 1)
  await late.commit().execute()
  expect(await closing).toBe(1)
  const { events = [] } = (await store.turns.read(turn.turnId, 0)) ?? {}
  expect(events.map(({ seq, event }) => [seq, event.type])).toEqual([
    [1, 'text-delta'],
    [2, 'text-delta'],
    [3, 'error'],
  ])
  expect(await store.turns.answerOf(turn.turnId)).toBe('Half an answer')
})
