import { expect, test } from 'vitest'
import { PasswordWork } from './password-work.ts'

/** Work that ends when it is told to. */
function gatedWork() {
  const gates: PromiseWithResolvers<void>[] = []
  const start = async (): Promise<void> => {
    const gate = Promise.withResolvers<void>()
    gates.push(gate)
    await gate.promise
  }
  return { gates, start }
}

test('hashes are made a few at a time, in the order they were asked for', async () => {
  const { gates, start } = gatedWork()
  const work = new PasswordWork({ atOnce: 2 })
  const done = [1, 2, 3].map((number) => work.run(start).then(() => number))
  expect(gates).toHaveLength(2)
  gates[0]?.resolve()
  expect(await done[0]).toBe(1)
  await expect.poll(() => gates.length).toBe(3)
  for (const gate of gates) gate.resolve()
  expect(await Promise.all(done)).toEqual([1, 2, 3])
})

test('who comes when too many wait is told to come back, and one that fails makes room', async () => {
  const { gates, start } = gatedWork()
  const work = new PasswordWork({ atOnce: 1, mostWaiting: 1 })
  const [first, second] = [work.run(start), work.run(() => Promise.resolve('second'))]
  await expect(work.run(start)).rejects.toMatchObject({ code: 'sign_in_busy', retryAfterMs: 10_000 })
  gates[0]?.reject(new Error('no'))
  await expect(first).rejects.toThrow('no')
  expect(await second).toBe('second')
  expect(await work.run(() => Promise.resolve('third'))).toBe('third')
})
