import { expect, test } from 'vitest'
import { defineBot } from './bot.ts'
import { defineConfig } from './project.ts'

const support = defineBot({ name: 'support', instructions: 'Help.' })
const sales = defineBot({ name: 'sales', instructions: 'Sell.' })

test('the first bot is the default one', () => {
  expect(defineConfig({ bots: [support, sales] })).toEqual({ bots: [support, sales], defaultBot: support })
})

test('the default bot comes first', () => {
  expect(defineConfig({ bots: [support, sales], defaultBot: 'sales' }).bots).toEqual([sales, support])
})

test.each([
  [{ bots: [] }, '`bots` is empty; list at least one'],
  [{ bots: [support, sales, support] }, '`bots` holds two bots named "support"'],
  [
    { bots: [support, sales], defaultBot: 'help' },
    '"help", which is none of the bots; use one of support, sales.',
  ],
])('a project that cannot work is refused when it is defined', (definition, problem) => {
  expect(() => defineConfig(definition)).toThrow(problem)
})
