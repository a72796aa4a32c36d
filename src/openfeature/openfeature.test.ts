import { OpenFeature, ProviderEvents } from '@openfeature/server-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BotyardProvider } from 'botyard/openfeature'
import { defineBot } from '../bot.ts'
import { postJson, startTestApp, type TestApp } from '../../test/test-app.ts'

let app: TestApp

beforeAll(async () => {
  app = await startTestApp({
    candidates: [defineBot({ name: 'test', instructions: 'Be kind.', model: 'offline' })],
  })
})

afterAll(async () => {
  await OpenFeature.close()
  await app.close()
})

test('an OpenFeature client evaluates the flags of a server, hears of changes, and goes on when it is away', async () => {
  const provider = new BotyardProvider({ url: app.url, pollMs: 20 })
  await OpenFeature.setProviderAndWait(provider)
  const client = OpenFeature.getClient()
  const person = { targetingKey: 'user-1' }
  expect(await client.getBooleanDetails('streaming', false, person)).toMatchObject({
    value: true,
    reason: 'STATIC',
    variant: 'on',
  })
  const changed = new Promise<unknown>((resolve) => {
    client.addHandler(ProviderEvents.ConfigurationChanged, (details) => resolve(details?.flagsChanged))
  })
  await postJson(`${app.url}/api/metrics/feature-flags/rollout`, { feature: 'streaming', percentage: 20 })
  expect(await changed).toEqual(['streaming'])
  expect(await client.getBooleanDetails('streaming', false, person)).toMatchObject({
    value: true,
    reason: 'SPLIT',
    flagMetadata: { percentage: 20 },
  })
  expect(await client.getBooleanValue('streaming', true, { targetingKey: 'abc' })).toBe(false)
  expect(await client.getBooleanDetails('other', true, person)).toMatchObject({
    value: true,
    errorCode: 'FLAG_NOT_FOUND',
  })
  await postJson(`${app.url}/api/rollouts/test/start`, {})
  await expect
    .poll(() => client.getStringDetails('rollout.test', '', person))
    .toMatchObject({ reason: 'SPLIT', flagMetadata: { stage: 0, percent: 1, status: 'running' } })
  const scraped = async () => (await fetch(`${app.url}/metrics`)).text()
  expect(await scraped()).toContain('chat_rollout_stage{bot="test",status="running"} 1')
  await postJson(`${app.url}/api/rollouts/test/promote`, { full: true })
  await expect.poll(() => client.getBooleanValue('rollout.test', false, person)).toBe(true)
  expect(await scraped()).not.toContain('chat_rollout_stage{')
  const stale = new Promise((resolve) => {
    client.addHandler(ProviderEvents.Stale, resolve)
  })
  app.server.server.closeAllConnections()
  await new Promise((resolve) => {
    app.server.server.close(resolve)
    app.server.server.closeAllConnections()
  })
  await stale
  expect(await client.getBooleanDetails('streaming', false, person)).toMatchObject({
    value: true,
    reason: 'STALE',
  })
})
