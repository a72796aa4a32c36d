import { expect, test } from 'vitest'
import { BitrixFailure } from './bitrix-failure.ts'
import { CallSchedule } from './call-schedule.ts'

const { signal } = new AbortController()

function refusing(retryAfterMs: number): { readonly call: () => Promise<never>; count: number } {
  const refuser = {
    count: 0,
    call: () => {
      refuser.count++
      return Promise.reject(new BitrixFailure('busy', { kind: 'throttled', retryAfterMs }))
    },
  }
  return refuser
}

test('a portal that goes on refusing is asked later and later, and soon left to the lane', async () => {
  const refuser = refusing(2_600)
  const thrown = new CallSchedule(1_000).run(signal, refuser.call)
  await expect(thrown).rejects.toMatchObject({ kind: 'throttled' })
  await expect(thrown).rejects.toSatisfy((error: BitrixFailure) => (error.retryAfterMs ?? 0) > 5_000)
  expect(refuser.count).toBe(2)
})

test('calls that are refused at the same time make one pause', async () => {
  const schedule = new CallSchedule(1_000)
  const refusers = Array.from({ length: 8 }, () => refusing(10))
  await Promise.allSettled(refusers.map(({ call }) => schedule.courtesy(call)))
  expect(await schedule.run(signal, () => Promise.resolve('done'))).toBe('done')
})

test('a long pause of a method is the lane’s to wait for', async () => {
  const refuser = refusing(10_000)
  await expect(new CallSchedule(1_000).run(signal, refuser.call)).rejects.toMatchObject({ kind: 'throttled' })
  expect(refuser.count).toBe(1)
})
