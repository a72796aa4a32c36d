import { expect, test } from 'vitest'
import { defineBot } from './bot.ts'
import { AppError } from './errors.ts'
import { defineJob } from './jobs/job.ts'
import { defineConfig, type ProjectDefinition } from './project.ts'

const support = defineBot({ name: 'support', instructions: 'Help.' })
const tidy = defineJob({ name: 'tidy', run: () => undefined })
const sales = defineBot({ name: 'sales', instructions: 'Sell.' })

test('the first bot is the default one', () => {
  expect(defineConfig({ bots: [support, sales] })).toEqual({
    bots: [support, sales],
    defaultBot: support,
    jobs: [],
    candidates: [],
    rollout: undefined,
  })
})

test('the default bot comes first', () => {
  expect(defineConfig({ bots: [support, sales], defaultBot: 'sales' }).bots).toEqual([sales, support])
})

test.each([
  [undefined, 'the definition is missing; write an object.'],
  [{}, '`bots` is missing; list at least one bot made by defineBot().'],
  [{ bots: [] }, '`bots` is empty; list at least one'],
  [{ bots: support }, '`bots` is an object; write a list: [...].'],
  [{ bots: [{}] }, '`bots[0]` is an object; list at least one bot made by defineBot().'],
  [{ bots: [support], defaultBot: 5 }, '`defaultBot` is 5; write the name of one of the bots.'],
  [{ bots: [support], defaultBott: 'support' }, '`defaultBott` does not exist; did you mean `defaultBot`?'],
  [{ bots: [support, sales, support] }, '`bots` holds two bots named "support"'],
  [{ bots: [support], jobs: [{}] }, '`jobs[0]` is an object; list what defineJob() returns.'],
  [{ bots: [support], jobs: [tidy, tidy] }, '`jobs` holds two jobs named "tidy"; rename one of them.'],
  [{ bots: [support], candidates: [sales] }, '`candidates` holds "sales", which is none of the bots;'],
  [{ bots: [support], rollout: { plan: [] } }, '`rollout.plan` is a list; write steps such as'],
  [{ bots: [support], rollout: { plan: [{ percent: 50, soakMinutes: 1 }] } }, 'the last one 100'],
  [
    { bots: [support], rollout: { gates: { error: {} } } },
    '`rollout.gates.error` does not exist; did you mean',
  ],
  [
    { bots: [support], rollout: { gates: { errors: { proceed: 0.5, rollBack: 0.1 } } } },
    '`rollout.gates.errors` is an object; write { proceed: 0.01, rollBack: 0.02 }',
  ],
  [
    { bots: [support, sales], defaultBot: 'help' },
    '"help", which is none of the bots; use one of support, sales.',
  ],
])('project %# cannot work and is refused when it is defined', (definition, problem) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a JavaScript user may write
  const define = () => defineConfig(definition as ProjectDefinition)
  expect(define).toThrow(AppError)
  expect(define).toThrow(problem)
})
