import { afterEach, expect, test } from 'vitest'
import { Poller, type PollerOptions, type Refreshed } from './poller.ts'

const pollers: Poller[] = []
afterEach(async () => {
  await Promise.all(pollers.splice(0).map((poller) => poller.close()))
})

async function startPoller(thing: Refreshed, options: Partial<PollerOptions> = {}): Promise<unknown[]> {
  const told: unknown[] = []
  const poller = new Poller([thing], { everyMs: 1, onChange: (error) => told.push(error), ...options })
  pollers.push(poller)
  await poller.start()
  return told
}

test('reads once at the start, and then whenever something can have changed', async () => {
  let readings = 0
  let asked = 0
  await startPoller({ refresh: async () => void readings++ }, { isDue: () => ++asked > 3 && readings < 3 })
  expect(readings).toBe(1)
  await expect.poll(() => asked).toBeGreaterThan(8)
  expect(readings).toBe(3)
})

test('tells once that reading fails and once that it works again, and reads meanwhile in any case', async () => {
  const failure = new Error('away')
  let readings = 0
  const told = await startPoller(
    {
      refresh: async () => {
        if (++readings < 4) throw failure
      },
    },
    { isDue: () => false },
  )
  await expect.poll(() => told).toEqual([failure, undefined])
  expect(readings).toBe(4)
})
