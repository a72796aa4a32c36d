import { afterEach, describe, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '../../../test/test-app.ts'
import { defineBot, revisionOf } from '../../bot.ts'
import { loadConfig } from '../../config.ts'
import { createFakePoe, type FakePoe } from '../../fakes/poe.ts'
import { createLimiters } from '../../limits/create-limiters.ts'
import type { PoeOptions } from '../../poe-options.ts'
import { readParameters, type PoeParameterControls } from '../../poe-parameters.ts'
import { PoeApi } from './poe-api.ts'
import { toPoeChannelOptions } from './poe-channel-options.ts'
import { syncSettings } from './settings-sync.ts'

const KEY = 'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk'
const SLIDER = {
  control: 'slider',
  label: 'Size',
  parameter_name: 'size',
  min_value: 1,
  max_value: 9,
  step: 1,
} as const

function bot(poe: PoeOptions, name = 'test') {
  return defineBot({ name, instructions: 'Be brief.', poe })
}

function controls(...list: readonly object[]): PoeParameterControls {
  return { api_version: '2', sections: [{ controls: list }] } as unknown as PoeParameterControls
}

describe('a definition', () => {
  test.each<[string, object, RegExp]>([
    [
      'a field that does not exist',
      { rateCards: 'Hi' },
      /`poe\.rateCards` of "test" does not exist; did you mean `rateCard`/,
    ],
    ['too many calls of other bots', { dependencies: { a: 60, b: 41 } }, /100 together at most/],
    ['a price of nothing', { price: { usdMilliCents: 0 } }, /`poe\.price` of "test"/],
    ['a path without a slash', { path: 'poe' }, /write a path such as "\/poe\/support"/],
    [
      'an old version',
      { parameterControls: { api_version: '1.0', sections: [] } },
      /cannot be shown by Poe: [^]*api_version/,
    ],
    [
      'controls and tabs',
      { parameterControls: { api_version: '2', sections: [{}] } },
      /either controls or tabs/,
    ],
    [
      'an unknown control',
      { parameterControls: controls({ ...SLIDER, control: 'dropdown' }) },
      /parameterControls/,
    ],
    ['an unknown key', { parameterControls: controls({ ...SLIDER, min: 1 }) }, /parameterControls/],
    [
      'a reserved name',
      { parameterControls: controls({ ...SLIDER, parameter_name: 'poe_size' }) },
      /parameterControls/,
    ],
    [
      'a default that cannot be chosen',
      { parameterControls: controls({ ...SLIDER, default_value: 10 }) },
      /the default of "size"/,
    ],
    [
      'one parameter with two defaults',
      { parameterControls: controls({ ...SLIDER, default_value: 2 }, { ...SLIDER, default_value: 3 }) },
      /"size" have different defaults/,
    ],
    [
      'a comparator that the reference implementation refuses',
      {
        parameterControls: controls({
          control: 'condition',
          condition: { comparator: 'equals', left: { literal: 1 }, right: { parameter_name: 'size' } },
          controls: [SLIDER],
        }),
      },
      /parameterControls/,
    ],
  ])('refuses %s', (_, poe, problem) => {
    expect(() => bot(poe as PoeOptions)).toThrow(problem)
  })

  test('of how a bot stands on Poe leaves its revision as it is', () => {
    expect(revisionOf(bot({ introductionMessage: 'Hi' }), 'm')).toBe(revisionOf(bot({}), 'm'))
  })

  test('gives values of parameters that fit, and defaults for others', () => {
    const all = controls(
      { ...SLIDER, default_value: 4 },
      { control: 'toggle_switch', label: 'On', parameter_name: 'on', default_value: true },
      {
        control: 'aspect_ratio',
        label: 'Shape',
        parameter_name: 'shape',
        options: [{ width: 3, height: 2 }],
      },
    )
    expect({ ...readParameters(all, { size: 99, on: false, shape: '3:2', other: 1 }) }).toEqual({
      size: 4,
      on: false,
      shape: '3:2',
    })
    expect({ ...readParameters(all, null) }).toEqual({ size: 4, on: true })
  })
})

describe('a start', () => {
  const bots = (...defined: readonly ReturnType<typeof bot>[]) =>
    defined.map((one) => ({ bot: one, model: { id: 'm' } }))
  const plan = (env: Readonly<Record<string, string>>, ...defined: readonly ReturnType<typeof bot>[]) =>
    toPoeChannelOptions(loadConfig(env), bots(...defined), createLimiters())

  test.each([KEY.slice(1), `${KEY}x`, `${KEY.slice(1)}é`])('refuses the access key %s', (key) => {
    expect(() => loadConfig({ POE_ACCESS_KEY: key })).toThrow(
      /POE_ACCESS_KEY is not readable\. Set it to the 32 characters/,
    )
    expect(() => loadConfig({ POE_ACCESS_KEYS: `test=${key}` })).toThrow(/POE_ACCESS_KEYS/)
  })

  test('refuses two bots on one path', () => {
    const env = { POE_ACCESS_KEYS: `a=${KEY},b=${KEY}` }
    expect(() => plan(env, bot({ path: '/poe/b' }, 'a'), bot({}, 'b'))).toThrow(
      /a and b have one path on Poe, \/poe\/b/,
    )
  })

  test('refuses keys of bots that are not there, and two keys of one bot', () => {
    expect(() => plan({ POE_ACCESS_KEYS: `b=${KEY}` }, bot({}))).toThrow(
      /the bot "b", which does not exist. Use one of test/,
    )
    expect(() => plan({ POE_ACCESS_KEY: KEY, POE_ACCESS_KEYS: `test=${KEY}` }, bot({}))).toThrow(
      /two access keys/,
    )
  })

  test('serves the named bot at / and leaves bots without a key out, unless told otherwise', () => {
    const named = plan({ POE_ACCESS_KEY: KEY, POE_BOT: 'b' }, bot({}, 'a'), bot({}, 'b'))
    expect(named?.bots.map(({ name, paths }) => [name, paths])).toEqual([['b', ['/', '/poe/b']]])
    expect(plan({}, bot({}))).toBeUndefined()
    expect(plan({ POE_ALLOW_WITHOUT_KEY: 'true' }, bot({}))?.bots).toMatchObject([{ accessKey: undefined }])
  })
})

describe('settings are told to Poe', () => {
  const open: { close(): Promise<void> }[] = []
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })

  async function start(): Promise<{ poe: FakePoe; app: TestApp }> {
    const poe = await createFakePoe({ bots: { Acme: { url: 'http://127.0.0.1:9', accessKey: KEY } } })
    const app = await startTestApp({
      bot: { poe: { handle: 'Acme' } },
      env: { POE_ACCESS_KEY: KEY, POE_BASE_URL: poe.url },
    })
    open.push(app, poe)
    return { poe, app }
  }

  test('when the server starts, and again only when they have changed', async () => {
    const { poe, app } = await start()
    await expect.poll(() => poe.settings.get('Acme')).toMatchObject({ response_version: 2 })
    await expect.poll(() => app.store.notes.read('poe', 'settings:test')).toBeDefined()
    const told = poe.settings.get('Acme') as Readonly<Record<string, unknown>>
    const sync = (settings: typeof told) =>
      syncSettings(
        { bot: 'test', handle: 'Acme', accessKey: KEY, settings },
        {
          api: new PoeApi({ baseUrl: poe.url, uploadUrl: poe.uploadUrl }),
          notes: app.store.notes,
          onSynced: () => undefined,
          onFailure: (_, error) => {
            throw error
          },
        },
        new AbortController().signal,
      )
    await sync(told)
    expect(poe.calls).toHaveLength(1)
    await sync({ ...told, introduction_message: 'Hi' })
    expect(poe.calls).toHaveLength(2)
  })

  test.each([
    [
      { kind: 'status', status: 500, body: `no bot at /bot/update_settings/Acme/${KEY}` } as const,
      /500: no bot at .*\[access key\]$/,
    ],
    [{ kind: 'drop-controls' } as const, /dropped the parameter controls/],
    [{ kind: 'reset' } as const, /could not be reached/],
  ])('and a refusal names its reason without the key: %j', async (fault, reason) => {
    const { poe } = await start()
    await expect.poll(() => poe.settings.size).toBe(1)
    poe.inject(fault)
    const api = new PoeApi({ baseUrl: poe.url, uploadUrl: poe.uploadUrl })
    const failure = await api
      .pushSettings('Acme', KEY, { parameter_controls: {} })
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'poe_unavailable',
      cause: { message: expect.stringMatching(reason) },
    })
    expect(String((failure as Error).cause)).not.toContain(KEY)
  })
})
