import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { waitBefore } from './start-model.ts'

test.each([
  { attempt: 0, least: 2_000, most: 4_000 },
  { attempt: 1, least: 4_000, most: 8_000 },
  { attempt: 9, least: 5_000, most: 10_000 },
])(
  'a rate limit without a wait of its own is waited out 2 to 10 s: attempt $attempt',
  ({ attempt, least, most }) => {
    const waits = Array.from({ length: 100 }, () => waitBefore(new AppError('model_rate_limited'), attempt))
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(least)
    expect(Math.max(...waits)).toBeLessThanOrEqual(most)
  },
)

test('a failure is tried again sooner, and as soon as the provider says', () => {
  expect(waitBefore(new AppError('model_unavailable'), 0)).toBeLessThanOrEqual(500)
  expect(waitBefore(new AppError('model_rate_limited', { retryAfterMs: 5 }), 0)).toBe(5)
})
