import { expectTypeOf, test } from 'vitest'
import { type Bot, type BotLimits, defineBot } from './bot.ts'
import type { Model } from './models/model.ts'
import { defineConfig, type Project } from './project.ts'

test('a definition gives a whole bot', () => {
  expectTypeOf(defineBot).returns.toEqualTypeOf<Bot>()
  expectTypeOf<Bot['limits']>().toEqualTypeOf<BotLimits>()
  expectTypeOf<Bot['model']>().toEqualTypeOf<string | Model | undefined>()
  expectTypeOf(defineConfig).returns.toEqualTypeOf<Project>()
})

test('what cannot work does not compile', () => {
  // @ts-expect-error -- instructions are required
  expectTypeOf(() => defineBot({ name: 'support' }))
  // @ts-expect-error -- a name is required
  expectTypeOf(() => defineBot({ instructions: 'Help.' }))
  // @ts-expect-error -- a misspelt field
  expectTypeOf(() => defineBot({ name: 'support', instructions: 'Help.', sugestions: [] }))
  // @ts-expect-error -- a model is a string or a Model
  expectTypeOf(() => defineBot({ name: 'support', instructions: 'Help.', model: 5 }))
  // @ts-expect-error -- a tool is what defineTool returns
  expectTypeOf(() => defineBot({ name: 'support', instructions: 'Help.', tools: [{ name: 'add' }] }))
  // @ts-expect-error -- no such limit
  expectTypeOf(() => defineBot({ name: 'support', instructions: 'Help.', limits: { step: 1 } }))
  // @ts-expect-error -- a bot is what defineBot returns
  expectTypeOf(() => defineConfig({ bots: [{ name: 'support', instructions: 'Help.' }] }))
})
