import { fastify } from 'fastify'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../../../test/telegram-app.ts'
import { backends } from '../../../test/test-store.ts'
import type { BitrixPortals } from '../../bitrix24-portals.ts'
import { AppError } from '../../errors.ts'
import { createFakeBitrix24, type FakeBitrix24 } from '../../fakes/bitrix24.ts'
import { createLog } from '../../observe/log.ts'
import type { OpenStore } from '../../store/open-store.ts'
import { exchangeCode } from './auth-server.ts'
import { addEventRoutes } from './event-routes.ts'
import { fetchEvents } from './fetch-events.ts'
import { Portal } from './portal.ts'
import type { BitrixMessage } from './read-message.ts'

/** The code that the portal sends somebody back with. */
async function codeFor({ url, clientId }: FakeBitrix24): Promise<string> {
  const reply = await fetch(`${url}/oauth/authorize/?client_id=${clientId}&state=s`, { redirect: 'manual' })
  return new URL(reply.headers.get('location') ?? '').searchParams.get('code') ?? ''
}

/** A portal, as the server sees it, where the application is installed. */
async function openPortal(fake: FakeBitrix24, portals: BitrixPortals): Promise<Portal> {
  const { clientId, clientSecret, url: origin, authUrl: server } = fake
  const application = { origin, clientId, clientSecret }
  const settings = { oauthUrl: server, tokenKeys: [], callsPerSecond: 1_000, timeoutMs: 5_000 }
  const portal = new Portal({ ...settings, application, portals })
  const granted = await exchangeCode(await codeFor(fake), { application, server, timeoutMs: 5_000 })
  const installed = { origin, memberId: granted.member_id, applicationToken: null }
  await portals.install({ ...installed, ...portal.sealTokens(granted) })
  return portal
}

describe.each(backends())('a portal, while the database ($name) is away:', (backend) => {
  let store: OpenStore
  let portals: BitrixPortals
  beforeAll(async () => {
    store = await backend.open()
    portals = store.bitrixPortals
  })
  afterAll(() => store.close())

  test('a message that could not be stored is not passed by the next of its dialog', async () => {
    const fake = await createFakeBitrix24()
    onTestFinished(() => fake.close())
    const portal = await openPortal(fake, portals)
    const { signal } = new AbortController()
    const fields = { code: 'b', type: 'bot', eventMode: 'fetch', properties: { name: 'B' } }
    await portal.call('imbot.v2.Bot.register', { fields }, signal)
    for (const words of ['one', 'two']) fake.say(5, words)
    const stored: string[] = []
    const failures = [new AppError('database_unavailable')]
    const receive = async ({ text }: BitrixMessage): Promise<void> => {
      const failure = failures.pop()
      if (failure) throw failure
      stored.push(text)
    }
    const log = createLog({ level: 'silent', pretty: false, secrets: [] })
    const fetch = () => fetchEvents({ portal, portals, botId: fake.bot?.id ?? 0, log, signal, receive })
    await expect(fetch()).rejects.toMatchObject({ code: 'database_unavailable' })
    await fetch()
    expect(stored).toEqual(['one', 'two'])
  })

  test('an event that is held while the database is away is not passed by the next of its dialog', async () => {
    const fake = await createFakeBitrix24()
    const server = fastify()
    onTestFinished(async () => void (await Promise.all([fake.close(), server.close()])))
    const portal = await openPortal(fake, portals)
    const tried: string[] = []
    const stored: string[] = []
    const receive = async ({ text }: BitrixMessage): Promise<void> => {
      tried.push(text)
      if (tried.length === 1) throw new AppError('database_unavailable')
      stored.push(text)
    }
    const context = { timeoutMs: 5_000, oauthUrl: fake.authUrl, onChanged: () => undefined }
    addEventRoutes(server, { ...context, portals, served: [portal], receive })
    const webhookUrl = `${await server.listen()}/bitrix/event`
    const fields = { code: 'b', type: 'bot', eventMode: 'webhook', webhookUrl, properties: { name: 'B' } }
    await portal.call('imbot.v2.Bot.register', { fields }, new AbortController().signal)
    const one = fake.say(5, 'one').delivered
    await eventually(() => expect(tried).toEqual(['one']))
    expect(await Promise.all([one, fake.say(5, 'two').delivered])).toEqual([200, 200])
    expect(stored).toEqual(['one', 'two'])
  })

  test('tokens that come while the database is away are kept when it is back: the old ones are used up', async () => {
    const fake = await createFakeBitrix24()
    onTestFinished(() => fake.close())
    const away = [new AppError('database_unavailable'), new AppError('database_unavailable')]
    const keepTokens: typeof portals.keepTokens = async (...tokens) => {
      const problem = away.pop()
      if (problem) throw problem
      return portals.keepTokens(...tokens)
    }
    const portal = await openPortal(fake, { ...portals, keepTokens })
    fake.expireTokens()
    const { signal } = new AbortController()
    expect(await portal.call('app.info', {}, signal)).toMatchObject({ CODE: fake.clientId })
  })
})
