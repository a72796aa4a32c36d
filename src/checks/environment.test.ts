import { expect, test } from 'vitest'
import { checkConfig } from '../config.ts'
import type { CheckResult } from './check.ts'
import { environmentChecks } from './environment.ts'
import { runChecks } from './run-checks.ts'

async function run(env: Record<string, string>) {
  const results: CheckResult[] = []
  for await (const result of runChecks(environmentChecks, checkConfig(env))) results.push(result)
  return results
}

test('an environment without faults passes every check', async () => {
  expect((await run({})).filter(({ status }) => status !== 'pass')).toEqual([])
})

test('every problem and every warning is found at once, with its remedy', async () => {
  const found = await run({ PORT: 'x', CORS_ORIGIN: 'y', COHERE_MODEL: 'command-r', DATABSE_URL: 'z' })
  expect(found.filter(({ status }) => status !== 'pass').map(({ id, status }) => `${id} ${status}`)).toEqual([
    'environment.PORT fail',
    'environment.CORS_ORIGINS fail',
    'environment.COHERE_MODEL warn',
    'environment.unread warn',
  ])
  expect(found.filter(({ status, remedy }) => status !== 'pass' && !remedy)).toEqual([])
})

test('the evidence shows values, but no secrets', async () => {
  const evidence = (await run({ PORT: '8080', OPENAI_API_KEY: 'canary' })).map((result) => result.evidence)
  expect(evidence).toContain('PORT is 8080')
  expect(evidence).toContain('OPENAI_API_KEY is set')
  expect(evidence.join()).not.toContain('canary')
})
