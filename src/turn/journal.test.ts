import { expect, test } from 'vitest'
import { backends } from '../../test/test-store.ts'
import { currentRequestId, runWork } from '../tracing.ts'
import { Journal } from './journal.ts'
import { LiveTurn } from './live-turn.ts'

const [embedded] = backends()

test('what the journal does later belongs to no request, not to the one that woke it', async () => {
  const store = await embedded?.openOwn()
  await store?.close()
  if (!store) throw new Error('no database')
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const onError = (): void => resolve(currentRequestId())
  const journal = new Journal(store.turns, { owner: 'one', leaseMs: 10_000, flushMs: 1, onError })
  const turn = new LiveTurn('00000000-0000-4000-8000-000000000000', { channel: 'web', subject: 'ada' })
  runWork({ requestId: 'the-first' }, () => journal.open(turn))
  turn.append({ type: 'text-delta', text: 'Hi' })
  expect(await promise).toBeUndefined()
  await journal.close()
})
