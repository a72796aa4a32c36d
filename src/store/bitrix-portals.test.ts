import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backends } from '../../test/test-store.ts'
import type { BitrixInstallation, BitrixPortals } from '../bitrix24-portals.ts'
import type { OpenStore } from './open-store.ts'

const INSTALLED: BitrixInstallation = {
  origin: 'https://a.bitrix24.ru',
  memberId: 'member-a',
  accessToken: 'access 1',
  refreshToken: 'refresh 1',
  authServer: 'https://oauth.bitrix.info',
  applicationToken: 'application',
}
const TOKENS = { accessToken: 'access 2', refreshToken: 'refresh 2', authServer: INSTALLED.authServer }

describe.each(backends())('portals on $name', (backend) => {
  let store: OpenStore
  let portals: BitrixPortals
  beforeAll(async () => {
    store = await backend.open()
    portals = store.bitrixPortals
  }, 60_000)
  afterAll(() => store.close())

  test('are known with what they gave, until their application is removed', async () => {
    expect(await portals.find(INSTALLED.origin)).toBeUndefined()
    await portals.install(INSTALLED)
    await portals.keepBot(INSTALLED.origin, { id: 7, api: 'v2', eventMode: 'fetch' })
    const known = { ...INSTALLED, version: 1, bot: { id: 7, api: 'v2', eventMode: 'fetch' } }
    expect(await portals.find(INSTALLED.origin)).toEqual(known)
    await portals.install({ ...INSTALLED, accessToken: 'access 3', applicationToken: null })
    expect(await portals.find(INSTALLED.origin)).toEqual({ ...known, accessToken: 'access 3', version: 2 })
    await portals.remove(INSTALLED.origin)
    expect(await portals.find(INSTALLED.origin)).toBeUndefined()
  })

  test('another portal under the same address keeps nothing of the first', async () => {
    const origin = 'https://b.bitrix24.ru'
    await portals.install({ ...INSTALLED, origin })
    await portals.keepBot(origin, { id: 7, api: 'v2', eventMode: 'fetch' })
    await portals.install({ ...INSTALLED, origin, memberId: 'member-b', applicationToken: null })
    expect(await portals.find(origin)).toMatchObject({ bot: null, applicationToken: null })
  })

  test('of many who refresh the same tokens one does', async () => {
    const origin = 'https://c.bitrix24.ru'
    await portals.install({ ...INSTALLED, origin })
    const owners = Array.from({ length: 10 }, (_, index) => `owner ${index}`)
    const claim = (owner: string, version = 1): Promise<boolean> =>
      portals.claimRefresh({ origin, version, owner, leaseMs: 60_000 })
    const claimed = await Promise.all(owners.map((owner) => claim(owner)))
    const winner = owners[claimed.indexOf(true)] ?? ''
    expect(claimed.filter(Boolean)).toHaveLength(1)
    expect(await portals.keepTokens(origin, 'somebody else', TOKENS)).toBe(false)
    expect(await portals.keepTokens(origin, winner, TOKENS)).toBe(true)
    expect(await claim('late')).toBe(false)
    expect(await portals.find(origin)).toMatchObject({ accessToken: 'access 2', version: 2 })
    expect(await claim('next', 2)).toBe(true)
    await portals.releaseRefresh(origin, 'next')
    expect(await claim('after', 2)).toBe(true)
  })

  test('one replica fetches at a time, and the next goes on where it stopped', async () => {
    const origin = 'https://d.bitrix24.ru'
    await portals.install({ ...INSTALLED, origin })
    const claim = (owner: string, leaseMs = 60_000): Promise<number | undefined> =>
      portals.claimFetch({ origin, owner, leaseMs })
    expect([await claim('one'), await claim('two')]).toEqual([0, undefined])
    await portals.keepOffset(origin, 'two', 99)
    await portals.keepOffset(origin, 'one', 12)
    expect(await claim('one', -1)).toBe(12)
    expect(await claim('two')).toBe(12)
  })

  test('what was fetched for one bot says nothing about the next, of this portal or of another', async () => {
    const origin = 'https://e.bitrix24.ru'
    await portals.install({ ...INSTALLED, origin })
    const bot = { api: 'v2', eventMode: 'fetch' } as const
    const claim = (): Promise<number | undefined> =>
      portals.claimFetch({ origin, owner: 'one', leaseMs: 60_000 })
    await portals.keepBot(origin, { ...bot, id: 7 })
    await claim()
    await portals.keepBot(origin, { ...bot, id: 8 })
    await portals.keepOffset(origin, 'one', 99)
    expect(await claim()).toBe(0)
    await portals.keepBot(origin, { ...bot, id: 8 })
    await portals.install({ ...INSTALLED, origin })
    await portals.keepOffset(origin, 'one', 12)
    expect(await claim()).toBe(12)
    await portals.install({ ...INSTALLED, origin, memberId: 'member-b' })
    await portals.keepOffset(origin, 'one', 99)
    expect(await claim()).toBe(0)
  })

  test('an application token that was learned meanwhile is not lost when tokens are sealed again', async () => {
    const origin = 'https://f.bitrix24.ru'
    await portals.install({ ...INSTALLED, origin, applicationToken: null })
    const before = await portals.find(origin)
    await portals.keepApplicationToken(origin, 'learned')
    await portals.reseal({ ...before!, accessToken: 'sealed again' })
    expect(await portals.find(origin)).toMatchObject({
      accessToken: 'sealed again',
      applicationToken: 'learned',
    })
  })

  test('a state is good once, in its session, in time', async () => {
    const keep = (hash: string, lifetimeMs = 60_000): Promise<void> =>
      portals.keepState({ hash, sessionHash: 'session', origin: INSTALLED.origin, lifetimeMs })
    const use = (hash: string, sessionHash = 'session'): Promise<string | undefined> =>
      portals.useState({ hash, sessionHash })
    await keep('late', -1)
    expect(await use('late')).toBeUndefined()
    await keep('good')
    await keep('stolen')
    expect([await use('good'), await use('good')]).toEqual([INSTALLED.origin, undefined])
    expect([await use('stolen', 'another'), await use('stolen')]).toEqual([undefined, undefined])
  })
})
