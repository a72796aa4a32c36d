import { expect, test } from 'vitest'
import { isChosen, rolloutBucket } from './bucket.ts'

const SALT = '7c9e6679-7425-40de-944b-e07fc1f90ae7'

test.each([
  ['user-1', 81_604],
  ['telegram:42', 40_919],
  ['', 27_246],
])('the bucket of "%s" is published: %i', (subject, bucket) => {
  expect(rolloutBucket(SALT, subject)).toBe(bucket)
})

test('a larger share only adds people, another rollout has others, and shares are met', () => {
  const people = Array.from({ length: 20_000 }, (_, index) => `person ${index}`)
  const chosen = (salt: string, percent: number) => people.filter((person) => isChosen(salt, person, percent))
  const steps = [1, 5, 10, 25, 50, 75, 90, 100].map((percent) => chosen(SALT, percent))
  for (const [index, some] of steps.entries()) {
    const later = new Set(steps[index + 1] ?? people)
    expect(some.filter((person) => !later.has(person))).toEqual([])
  }
  expect(steps.map(({ length }) => Math.round(length / 200))).toEqual([1, 5, 10, 25, 50, 75, 90, 100])
  const other = new Set(chosen('another rollout', 10))
  expect(steps[2]?.filter((person) => other.has(person)).length).toBeLessThan(300)
})
