import { expect, test } from 'vitest'
import { defineBot } from '../bot.ts'
import type { Model } from '../models/model.ts'
import { warmModels } from './warm-models.ts'

test('each model is warmed up once, also after one that cannot be', async () => {
  const told: unknown[] = []
  const model = (id: string, warm: () => Promise<void>): Model => ({
    id,
    stream: async function* () {},
    warm,
  })
  const broken = model('broken', () => Promise.reject(new Error('no memory')))
  const shared = model('shared', async () => void told.push('shared'))
  const served = [broken, shared, shared].map((one) => {
    return { bot: defineBot({ name: 'any', instructions: 'Help.' }), model: one, revision: 'r' }
  })
  await warmModels({ list: () => served }, { warn: (facts: object) => void told.push(facts) })
  expect(told).toEqual([{ err: new Error('no memory'), model: 'broken' }, 'shared'])
})
