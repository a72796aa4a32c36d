import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { Probes } from './probes.ts'

test('all parts are asked at once, and one that hangs fails at its deadline', async () => {
  const probes = new Probes({ deadlineMs: 50 })
  probes.add('works', async () => 'answers')
  probes.add('unused', async () => null)
  probes.add('hangs', () => new Promise(() => undefined))
  const results = await probes.run()
  expect([...results].map(([name, { status, detail }]) => [name, status, detail])).toEqual([
    ['works', 'pass', 'answers'],
    ['unused', 'skip', 'not in use'],
    ['hangs', 'fail', 'no answer within 0.05 seconds'],
  ])
})

test('an answer is remembered for a while', async () => {
  let asked = 0
  const count = async (): Promise<string> => String(++asked)
  const remembering = new Probes()
  remembering.add('part', count)
  await Promise.all([remembering.run(), remembering.run()])
  await remembering.run()
  expect(asked).toBe(1)
  const forgetful = new Probes({ rememberedMs: 0 })
  forgetful.add('part', count)
  await forgetful.run()
  await forgetful.run()
  expect(asked).toBe(3)
})

test('only sentences of the error table are shown', async () => {
  const probes = new Probes()
  const secret = 'connect to postgres://me:secret@db failed'
  probes.add('own', () => Promise.reject(new AppError('model_unauthorized', { cause: new Error(secret) })))
  probes.add('foreign', () => Promise.reject(new Error(secret)))
  const details = [...(await probes.run()).values()].map(({ detail }) => detail)
  expect(details[0]).toContain('refused our credentials')
  expect(details[1]).toBe('it could not be reached')
})
