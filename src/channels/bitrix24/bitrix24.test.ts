import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startBitrix24App } from '../../../test/bitrix24-app.ts'
import type { Bitrix24App, Bitrix24AppOptions } from '../../../test/bitrix24-app.ts'
import { eventually, puppet, type Puppet } from '../../../test/telegram-app.ts'
import { createFakeBitrix24, type FakeBitrix24 } from '../../fakes/bitrix24.ts'

const open: Bitrix24App[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

/** A server for one test. */
async function start(options?: Bitrix24AppOptions): Promise<Bitrix24App> {
  const started = await startBitrix24App({ model: puppet(), ...options })
  open.push(started)
  return started
}

const BOT = {
  title: 'Проверка',
  description: 'Проверяет компании.',
  suggestions: ['Что нового?'],
  telegram: { texts: { ru: { cleared: 'Всё забыто.' } } },
}

/** The server most tests share; each has a dialog of its own. */
let model: Puppet
let shared: Bitrix24App
let bitrix: FakeBitrix24
/** Another portal of the same server, where the application is not installed yet. */
let other: FakeBitrix24
let texts: Bitrix24App['texts']
beforeAll(async () => {
  model = puppet()
  other = await createFakeBitrix24()
  const BITRIX_MORE_PORTALS = `${other.url}=${other.clientId}:${other.clientSecret}`
  shared = await startBitrix24App({ model, bot: BOT, env: { BITRIX_MORE_PORTALS } })
  ;({ bitrix, texts } = shared)
}, 60_000)
afterAll(async () => {
  await shared.close()
  await other.close()
})

async function health(): Promise<string> {
  const { channels = {} } = await (await fetch(`${shared.app.url}/health`)).json()
  return channels.bitrix24 ?? ''
}

async function answersTo(dialog: number | string, count = 1): Promise<readonly string[]> {
  return eventually(() => {
    const said = texts(dialog).filter((text) => text !== '…')
    expect(said).toHaveLength(count)
    return said
  })
}

describe('messages', () => {
  test('five quick ones get five answers, in order', async () => {
    for (const number of [1, 2, 3, 4, 5]) bitrix.say(41, `message ${number}`)
    expect(await answersTo(41, 5)).toEqual([1, 2, 3, 4, 5].map((number) => `echo message ${number}`))
    expect(bitrix.typing(41)).toBeGreaterThan(0)
  })

  test('bots, the system and the bot itself are not answered', async () => {
    bitrix.say(42, 'I am a bot', { bot: true })
    bitrix.say(42, 'User left', { system: true })
    bitrix.say(42, 'Hello', { userId: bitrix.bot?.id ?? 0 })
    bitrix.say(42, 'but I am not')
    expect(await answersTo(42, 2)).toEqual(['Hello', 'echo but I am not'])
  })

  test('in a group the bot is told who speaks, without the mention', async () => {
    const mention = `[USER=${bitrix.bot?.id}]Проверка[/USER]`
    bitrix.say('chat50', `${mention}, спроси [USER=9]Ольгу[/USER]`, { userId: 8, name: 'Пётр' })
    expect(await answersTo('chat50')).toEqual(['echo Пётр: спроси @Ольгу'])
  })

  test('a chat that the bot comes into is greeted, with suggestions to press', async () => {
    bitrix.join(43)
    expect(await answersTo(43)).toEqual([
      '👋 [b]Добро пожаловать в Проверка![/b]\n\nПроверяет компании.\n\nПросто напишите мне вопрос. Все команды: /help.',
    ])
    const button = { TEXT: 'Что нового?', ACTION: 'SEND', ACTION_VALUE: 'Что нового?', DISPLAY: 'LINE' }
    expect(bitrix.sent(43)[0]?.keyboard).toEqual({ BOT_ID: bitrix.bot?.id, BUTTONS: [button] })
  })

  test('commands are answered in the language of the person, in the words of the bot', async () => {
    for (const words of ['first', '/clear', '/ask', '/ask why?']) bitrix.say(44, words)
    await answersTo(44, 4)
    bitrix.say(44, '/stop')
    expect(await answersTo(44, 5)).toEqual([
      'echo first',
      'Всё забыто.',
      'Напишите вопрос после команды: /ask <ваш вопрос>',
      'echo why?',
      'Сейчас я ничего не пишу.',
    ])
    bitrix.say(45, '/help', { language: 'en' })
    expect((await answersTo(45))[0]).toMatch(/^\[b\]What I understand/)
  })

  test('/stop ends the running answer, which was shown while it was written', async () => {
    bitrix.say(46, 'hang: So far.')
    await eventually(() => expect(texts(46)).toEqual(['So far.']))
    bitrix.say(46, '/stop')
    await eventually(() => expect(texts(46)).toEqual(['So far.', '⏹ Остановлено.']))
  })

  test('a failure is told in a sentence', async () => {
    bitrix.say(47, 'fail')
    expect((await answersTo(47))[0]).toMatch(/^⚠️ Языковая модель не приняла ключ/)
  })

  test('an event that cannot be read holds up nobody', async () => {
    const { event } = bitrix.say(59, 'no event')
    Object.assign(event ?? {}, { type: null })
    bitrix.say(59, 'one')
    expect(await answersTo(59)).toEqual(['echo one'])
  })

  test('who loses the lane while the portal asks to wait sends nothing more', async () => {
    const error = { kind: 'error', status: 503, error: 'QUERY_LIMIT_EXCEEDED' } as const
    bitrix.inject({ ...error, methods: ['imbot.v2.Chat.Message.send'] })
    bitrix.say(58, 'never mind')
    const refused = () => bitrix.calls.filter(({ status }) => status === 503).length
    await eventually(() => expect(refused()).toBe(1))
    const { inbox } = shared.app.store
    const running = await inbox.list({ states: ['running'], channel: 'bitrix24', limit: 9 })
    const { id = '' } = running.find(({ text }) => text === 'never mind') ?? {}
    expect(await inbox.drop(id, 'the test says so')).toBe(true)
    bitrix.say(58, 'next')
    // The pause after a second refusal is long enough to learn of the loss.
    await eventually(() => expect(refused()).toBeGreaterThan(1))
    bitrix.inject(undefined)
    await eventually(() => expect(texts(58)).toContain('echo next'))
    expect(texts(58)).toEqual(['echo next'])
  })

  test('a placeholder that somebody deleted is replaced', async () => {
    bitrix.say(48, 'hang: So far.')
    await eventually(() => expect(texts(48)).toEqual(['So far.']))
    bitrix.deleteMessage(bitrix.sent(48)[0]?.messageId ?? 0)
    bitrix.say(48, '/stop')
    await eventually(() => expect(texts(48)).toEqual(['So far.', '⏹ Остановлено.']))
  })
})

/** As BBCode, where no bracket becomes a tag. */
const CORRECTED = '[\u{2060}Corrected message]'

describe('edits', () => {
  test('are answered as corrections; one that changes nothing, or comes late, is not', async () => {
    const { messageId } = bitrix.say(49, 'helo world')
    await answersTo(49)
    bitrix.edit(messageId, '[b]helo[/b] world')
    bitrix.edit(messageId, 'hello world')
    expect(await answersTo(49, 2)).toEqual(['echo helo world', `echo ${CORRECTED} hello world`])
    const old = bitrix.say(51, 'old', { at: Date.now() - 16 * 60_000 })
    bitrix.edit(old.messageId, 'tidied up')
    bitrix.say(51, 'new')
    expect(await answersTo(51, 2)).toEqual(['echo old', 'echo new'])
  })

  test('of bots are nobody’s questions', async () => {
    const { messageId } = bitrix.say(52, 'I am a bot', { bot: true })
    bitrix.edit(messageId, 'I am still a bot')
    bitrix.say(52, 'but I am not')
    expect(await answersTo(52)).toEqual(['echo but I am not'])
  })
})

describe('tokens', () => {
  test('that end are refreshed once, however many calls find that', async () => {
    const before = bitrix.tokenRequests.length
    bitrix.expireTokens()
    const dialogs = Array.from({ length: 20 }, (_, index) => 60 + index)
    for (const dialog of dialogs) bitrix.say(dialog, 'hello')
    for (const dialog of dialogs) expect(await answersTo(dialog)).toEqual(['echo hello'])
    expect(bitrix.tokenRequests.slice(before)).toEqual([{ grantType: 'refresh_token', status: 200 }])
  })

  test('are nowhere in the database as they are', async () => {
    const [row] = await shared.app.store.db.selectFrom('bitrix_portals').selectAll().execute()
    const kept = JSON.stringify(row)
    expect(row?.access_token).toMatch(/^client\.[\w-]{60,}$/)
    expect(kept).not.toContain(bitrix.applicationToken)
  })

  test('that were taken away are reported, until the application is authorized again', async () => {
    bitrix.revokeTokens()
    const problem = `${new URL(bitrix.url).host}: the authorization has ended; open /oauth/bitrix/start`
    await eventually(async () => expect(await health()).toContain(problem))
    expect(await bitrix.install(`${shared.publicUrl}/bitrix/event`)).toBe(200)
    await eventually(async () => expect(await health()).not.toContain(problem))
  })
})

describe('an installation', () => {
  test('is believed when the portal confirms it', async () => {
    const auth = {
      domain: new URL(other.url).host,
      member_id: 'm',
      access_token: 'made up',
      refresh_token: 'r',
      application_token: 'mine now',
    }
    const body = JSON.stringify({ event: 'ONAPPINSTALL', auth })
    const forged = await fetch(`${shared.app.url}/bitrix/event`, { method: 'POST', body })
    expect([forged.status, await shared.app.store.bitrixPortals.find(other.url)]).toEqual([403, undefined])
    expect(await health()).toContain('open /oauth/bitrix/start')
  })

  test('brings a further portal, whose conversations are its own', async () => {
    expect(await other.install(`${shared.publicUrl}/bitrix/event`)).toBe(200)
    await eventually(() => expect(other.bot?.code).toBe('botyard_test'))
    bitrix.say(205, 'one')
    other.say(205, 'two')
    await eventually(() => {
      expect(other.sent(205).map(({ text }) => text)).toEqual(['echo two'])
      expect(texts(205)).toEqual(['echo one'])
    })
    const rows = await shared.app.store.db.selectFrom('conversations').select('key').execute()
    const keys = [`${bitrix.memberId}/205`, `${other.memberId}/205`]
    expect(rows.map(({ key }) => key)).toEqual(expect.arrayContaining(keys))
  })

  test('ends when the application is removed', async () => {
    expect(await other.uninstall(`${shared.app.url}/bitrix/event`)).toBe(200)
    expect(await shared.app.store.bitrixPortals.find(other.url)).toBeUndefined()
  })
})

describe.each([
  ['v2', 'form', '/bitrix/event'],
  ['v2', 'json', '/webhook/bitrix'],
  ['v1', 'form', '/webhook/bitrix'],
] as const)('a portal with imbot %s, events as %s to %s', (api, eventFormat, path) => {
  test('is answered; an event without the right token, or for elsewhere, is not', async () => {
    const {
      bitrix: portal,
      texts: said,
      app,
      publicUrl,
    } = await start({ mode: 'webhook', fake: { api, eventFormat } })
    if (portal.bot) portal.bot.webhookUrl = publicUrl + path
    if (portal.bot) portal.bot.updateUrl &&= publicUrl + path
    const { delivered, messageId } = portal.say(5, 'привет')
    expect(await delivered).toBe(200)
    await eventually(() => expect(said(5)).toEqual(['echo привет']))
    expect(await portal.edit(messageId, 'привет всем').delivered).toBe(200)
    await eventually(() => expect(said(5)[1]).toBe(`echo ${CORRECTED} привет всем`))
    const post = (auth: object): Promise<Response> =>
      fetch(app.url + path, {
        method: 'POST',
        body: JSON.stringify({ event: 'ONIMBOTV2MESSAGEADD', data: {}, auth }),
      })
    const good = { domain: new URL(portal.url).host, application_token: portal.applicationToken }
    const statuses = [
      await post(good),
      await post({ ...good, application_token: 'wrong' }),
      await post({ ...good, application_token: undefined }),
      await post({ ...good, domain: 'evil.example.com' }),
      await post({ ...good, client_endpoint: 'https://evil.example.com/rest/' }),
      await post({ ...good, member_id: 'another' }),
    ].map(({ status }) => status)
    expect(statuses).toEqual([200, 403, 403, 403, 403, 403])
    expect((await fetch(app.url + path, { method: 'POST', body: 'what=ever' })).status).toBe(400)
  })
})

test('a wish to stop that comes again stops no later answer', async () => {
  let again = 0
  const own = puppet()
  const repeats = (eventId: number): boolean => eventId === again
  const { bitrix: portal, texts: said } = await start({ model: own, fake: { repeats } })
  for (const words of ['hang: one', 'wait: two']) portal.say(5, words)
  await eventually(() => expect(said(5)).toEqual(['one']))
  again = portal.say(5, '/stop').event?.eventId ?? 0
  await eventually(() => {
    expect(portal.events).toHaveLength(4)
    expect(portal.events.every(({ confirmedAt }) => confirmedAt !== undefined)).toBe(true)
  })
  own.go()
  await eventually(() => expect(said(5)).toEqual(['one', 'two', '⏹ Остановлено.']))
})

test('a busy portal is given time: nothing is lost, nothing twice', async () => {
  const { bitrix: portal, texts: said } = await start({
    fake: { rateLimits: { perSecond: 20, burst: 4 } },
  })
  const dialogs = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => 300 + number)
  for (const dialog of dialogs) portal.say(dialog, 'hello')
  await eventually(() => expect(dialogs.map(said)).toEqual(dialogs.map(() => ['echo hello'])))
  expect(portal.calls.some(({ status }) => status === 503)).toBe(true)
})
