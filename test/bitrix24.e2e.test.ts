import { B24OAuth } from '@bitrix24/b24jssdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFakeBitrix24 } from '../src/fakes/bitrix24.ts'
import { startBitrix24App, type Bitrix24App } from './bitrix24-app.ts'
import { eventually, puppet } from './telegram-app.ts'

/** Guide 004's list for Bitrix24, in Russian: authorize, write, be answered; wrong secrets are refused. */
let all: Bitrix24App
beforeAll(async () => {
  all = await startBitrix24App({ model: puppet(), mode: 'webhook', installed: false })
}, 60_000)
afterAll(() => all.close())

interface Begun {
  /** Where the portal leads the browser back to. */
  readonly back: string
  readonly cookie: string
}

/** A person begins in a browser and signs in at the portal. */
async function begin(path = '/oauth/bitrix/start'): Promise<Begun> {
  const started = await fetch(all.publicUrl + path)
  const { auth_url: url, message } = await started.json()
  expect([started.status, message]).toEqual([200, 'Перейдите по ссылке для авторизации в Bitrix24'])
  const portal = await fetch(url, { redirect: 'manual' })
  const cookie = started.headers.get('set-cookie')?.split(';')[0] ?? ''
  return { back: portal.headers.get('location') ?? '', cookie }
}

async function finish({ back, cookie }: Begun): Promise<{ readonly status: number; readonly body: unknown }> {
  const reply = await fetch(back, { headers: { cookie } })
  return { status: reply.status, body: await reply.json() }
}

async function installed(): Promise<boolean> {
  return (await all.app.store.bitrixPortals.find(all.bitrix.url)) !== undefined
}

describe('авторизация', () => {
  test('без кода, с ошибкой и с чужим или истёкшим state ничего не сохраняет', async () => {
    const { publicUrl } = all
    const get = async (query: string): Promise<unknown[]> => {
      const reply = await fetch(`${publicUrl}/oauth/bitrix/callback${query}`)
      return [reply.status, (await reply.json()).message]
    }
    expect(await get('')).toEqual([400, 'Missing authorization code'])
    expect(await get('?error=access_denied')).toEqual([400, 'OAuth error: access_denied'])
    const begun = await begin()
    const foreign = await finish({ ...begun, cookie: (await begin()).cookie })
    const reused = await finish(begun)
    const elsewhere = await begin('/oauth/bitrix')
    const mixedUp = await finish({
      ...elsewhere,
      back: elsewhere.back.replace(/domain=[^&]+/, 'domain=evil.example.com'),
    })
    const stateless = await finish({ ...begun, back: begun.back.replace(/state=[^&]+/, '') })
    expect([foreign, reused, mixedUp, stateless].map(({ status }) => status)).toEqual([400, 400, 400, 400])
    expect(await installed()).toBe(false)
  })

  test('удаётся только администратору портала, и через установку тоже', async () => {
    const { bitrix, publicUrl } = all
    bitrix.setAdministrator(false)
    const { status, body } = await finish(await begin())
    expect([status, body]).toEqual([403, expect.objectContaining({ code: 'bitrix_not_administrator' })])
    expect(await bitrix.install(`${publicUrl}/bitrix/event`)).toBe(403)
    expect(await installed()).toBe(false)
    bitrix.setAdministrator(true)
  })

  test('в браузере, который её начал, проходит один раз и не показывает токенов', async () => {
    const begun = await begin()
    expect(await finish(begun)).toEqual({
      status: 200,
      body: {
        success: true,
        message: 'Bitrix24 OAuth успешно завершен',
        expires_in: 3_600,
        has_refresh_token: true,
      },
    })
    expect((await finish(begun)).status).toBe(400)
    expect(await installed()).toBe(true)
    await eventually(() => expect(all.bitrix.bot?.eventMode).toBe('webhook'))
  })
})

describe('сообщения', () => {
  test('получают ответ, хотя токен приложения приходит только с первым из них', async () => {
    const { bitrix, texts } = all
    expect(await bitrix.say(5, 'Здравствуйте!').delivered).toBe(200)
    await eventually(() => expect(texts(5)).toEqual(['echo Здравствуйте!']))
    expect(await bitrix.say(5, '/start').delivered).toBe(200)
    await eventually(() => expect(texts(5)[1]).toMatch(/^👋 \[b\]Добро пожаловать/))
  })

  test('с неверным секретом отклоняются', async () => {
    const { bitrix, publicUrl, texts } = all
    const auth = { domain: new URL(bitrix.url).host, application_token: 'неверный' }
    const message = { id: 9_999, authorId: 5, text: 'взлом' }
    const data = { bot: { id: bitrix.bot?.id }, message, chat: { dialogId: '5' }, user: { id: 5 } }
    const body = JSON.stringify({ event: 'ONIMBOTV2MESSAGEADD', data, auth })
    for (const path of ['/bitrix/event', '/webhook/bitrix'])
      expect((await fetch(publicUrl + path, { method: 'POST', body })).status).toBe(403)
    expect(texts(5).join()).not.toContain('взлом')
  })

  test('потерянные порталом не приходят никогда: это говорит страница о Bitrix24', async () => {
    const { bitrix, texts } = all
    bitrix.loseEvents(1)
    expect(await bitrix.say(6, 'потеряно').delivered).toBeUndefined()
    expect(await bitrix.say(6, 'дошло').delivered).toBe(200)
    await eventually(() => expect(texts(6)).toEqual(['echo дошло']))
  })
})

test('the official SDK takes the fake for a portal: it calls, refreshes what ended, waits when it is too quick', async () => {
  const portal = await createFakeBitrix24()
  const { access_token: accessToken, refresh_token: refreshToken } = portal.grant()
  const sdk = new B24OAuth(
    {
      applicationToken: portal.applicationToken,
      userId: 1,
      memberId: portal.memberId,
      accessToken,
      refreshToken,
      expires: Math.floor(Date.now() / 1_000) + 3_600,
      expiresIn: 3_600,
      scope: 'imbot',
      domain: portal.url,
      clientEndpoint: `${portal.url}/rest/`,
      serverEndpoint: `${portal.authUrl}/rest/`,
      status: 'L',
    },
    { clientId: portal.clientId, clientSecret: portal.clientSecret },
  )
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into whatever was sent
  const call = async (method: string, params: object): Promise<any> =>
    (await sdk.actions.v2.call.make({ method, params })).getData()?.result
  const { bot } = await call('imbot.v2.Bot.register', {
    fields: { code: 'sdk', properties: { name: 'SDK' } },
  })
  portal.expireTokens()
  const { id } = await call('imbot.v2.Chat.Message.send', {
    botId: bot.id,
    dialogId: '5',
    fields: { message: 'one' },
  })
  await call('imbot.v2.Chat.Message.update', { botId: bot.id, messageId: id, fields: { message: 'two' } })
  expect(portal.sent(5).map(({ text, earlier }) => [text, earlier])).toEqual([['two', ['one']]])
  expect(portal.tokenRequests).toEqual([{ grantType: 'refresh_token', status: 200 }])
  portal.say(5, 'привет')
  const { events } = await call('imbot.v2.Event.get', { botId: bot.id })
  expect(events.map(({ type }: { readonly type: string }) => type)).toEqual(['ONIMBOTV2MESSAGEADD'])
  expect(await call('user.admin', {})).toBe(true)
  portal.say(5, '', { files: [{ name: 'отчёт.txt', content: 'всё хорошо', mimeType: 'text/plain' }] })
  const [, sent] = (await call('imbot.v2.Event.get', { botId: bot.id })).events
  const [fileId] = sent.data.message.params.FILE_ID
  const { downloadUrl } = await call('imbot.v2.File.download', { botId: bot.id, fileId })
  expect(await (await fetch(downloadUrl)).text()).toBe('всё хорошо')
  expect((await fetch(downloadUrl)).status).toBe(403)
  sdk.destroy()
  await portal.close()
}, 30_000)
