import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { HOLD, newTurn, says } from '../../test/stored-turn.ts'
import { backends } from '../../test/test-store.ts'
import { createTurns } from './turns.ts'

const server = backends().find(({ name }) => name === 'postgres')
if (server === undefined)
  process.stdout.write(
    'An owner that writes while it is given up is not tested: TEST_DATABASE_URL is not set.\n',
  )

test.runIf(server)('what an owner still writes while its turn is closed belongs to the answer', async () => {
  const store = await server!.openOwn()
  const turn = newTurn({ leaseMs: -1 })
  await store.turns.begin(turn)
  await store.turns.append([{ turnId: turn.turnId, events: [says(1, 'Half')] }], HOLD)
  const late = await store.db.startTransaction().execute()
  await createTurns(late, 'postgres').append([{ turnId: turn.turnId, events: [says(2, ' an answer')] }], HOLD)
  const closing = store.turns.interruptAbandoned({ all: false })
  const waiting = async () =>
    (await sql`select from pg_locks where not granted`.execute(store.db)).rows.length
  await expect.poll(waiting).toBe(1)
  await late.commit().execute()
  expect(await closing).toBe(1)
  const { events = [] } = (await store.turns.read(turn.turnId, 0)) ?? {}
  expect(events.map(({ seq, event }) => [seq, event.type])).toEqual([
    [1, 'text-delta'],
    [2, 'text-delta'],
    [3, 'error'],
  ])
  expect(await store.turns.answerOf(turn.turnId)).toBe('Half an answer')
  await store.close()
})
