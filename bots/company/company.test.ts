import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { collectEvents, postJson } from '../../test/test-app.ts'
import { testDatabases } from '../../test/test-store.ts'
import { eventually, startTelegramApp, type TelegramApp } from '../../test/telegram-app.ts'
import { createFakeDaData, DADATA_PARTIES, type FakeDaData } from '../../src/fakes/dadata.ts'
import type { FakeModelServer } from '../../src/fakes/fake-model-server.ts'
import { createFakeOpenAI } from '../../src/fakes/openai.ts'
import { company } from './company.ts'

/** Sentences of which the facts of ROMASHKA hold some. */
const ANALYSIS = [
  '### Общая оценка',
  'ООО «РОМАШКА» действует с 02.03.2015. Рентабельность компании 47 %.',
  '### Риски',
  '- 🔴 Директор Пётр Сидоренко дисквалифицирован 01.02.2024.',
  '- 🟢 Задолженности по налогам нет.',
  '### Документы',
  'Запросите устав.',
].join('\n')

const RUSSIAN = { is_bot: false, first_name: 'Аня', language_code: 'ru' } as const
const ALONE = { ...company, name: 'alone', model: 'offline' }
const HOSTILE = '<img src=x onerror=alert(1)> **жирный** & "кавычки"'

const hostile = DADATA_PARTIES.find(({ data }) => data['inn'] === '6601000052')
const parties = [
  ...DADATA_PARTIES.filter((party) => party !== hostile),
  { value: HOSTILE, unrestricted_value: HOSTILE, data: { ...hostile?.data, name: null } },
]

describe.each(testDatabases())('the bot company on $name', (database) => {
  let app: TelegramApp
  let dadata: FakeDaData
  let openai: FakeModelServer
  let remove: () => Promise<void>
  beforeAll(async () => {
    const created = await database.create()
    ;({ remove } = created)
    dadata = await createFakeDaData({ perSecond: 1_000, parties })
    openai = await createFakeOpenAI({ replies: [ANALYSIS] })
    const env = {
      ...created.env,
      TELEGRAM_BOT: 'company',
      DADATA_API_KEY: dadata.apiKey,
      DADATA_BASE_URL: dadata.url,
      OPENAI_API_KEY: 'sk-right',
      OPENAI_BASE_URL: openai.url,
    }
    app = await startTelegramApp({ moreBots: [company, ALONE], env })
  }, 60_000)
  afterEach(() => {
    dadata.inject(undefined)
    openai.inject(undefined)
  })
  afterAll(async () => {
    await app.close()
    await Promise.all([dadata.close(), openai.close(), remove()])
  })

  let chats = 100
  /** Says something in Russian, in a new chat unless one is named, and gives all the bot then said. */
  async function ask(text: string, chat = ++chats): Promise<string> {
    const before = app.texts(chat).length
    app.telegram.say(chat, text, { from: { id: chat, ...RUSSIAN } })
    return await answerIn(chat, before)
  }

  async function answerIn(chat: number, before: number): Promise<string> {
    await eventually(async () => {
      expect(app.texts(chat).length).toBeGreaterThan(before)
      expect(await app.app.store.inbox.list({ states: ['waiting', 'running'], limit: 1 })).toEqual([])
    })
    return app.texts(chat).slice(before).join('\n')
  }

  function buttonsIn(chat: number): readonly string[] {
    const markups = app.telegram.sent(chat).map(({ message }) => message.reply_markup?.inline_keyboard ?? [])
    return (markups.findLast((rows) => rows.length > 0) ?? []).flat().map(({ text }) => text)
  }

  async function press(chat: number, label: string): Promise<string> {
    const before = app.texts(chat).length
    const sent = app.telegram
      .sent(chat)
      .findLast(({ message }) =>
        message.reply_markup?.inline_keyboard.flat().some(({ text }) => text === label),
      )
    const button = sent?.message.reply_markup?.inline_keyboard.flat().find(({ text }) => text === label)
    app.telegram.press(chat, sent?.messageId ?? 0, {
      data: button?.callback_data ?? '',
      from: { id: chat, ...RUSSIAN },
    })
    return await answerIn(chat, before)
  }

  test('/start и /help отвечают без модели и без DaData', async () => {
    const asked = [dadata.requests.length, openai.requests.length]
    expect(await ask('/start')).toMatch(/^👋 Привет! Я бот для анализа контрагентов/)
    expect(buttonsIn(chats)).toEqual(['🔍 Проверить ИНН', 'ℹ️ Помощь'])
    expect(await ask('/help')).toContain('7707083893')
    expect([dadata.requests.length, openai.requests.length]).toEqual(asked)
  })

  test('верный ИНН даёт карточку, риски, связи и анализ, в котором есть только факты', async () => {
    const answer = await ask('Проверьте, пожалуйста, 7701000019')
    expect(answer).toMatch(
      /^🔍 Ищу информацию по ИНН 7701000019\.\.\.\nПожалуйста, подождите\.[^]*📊 ИНФОРМАЦИЯ О КОМПАНИИ[^]*ООО "РОМАШКА"[^]*118 000 000 руб\.[^]*Риск-скор: 0\/100[^]*ООО "ЗАКАТ"[^]*={40}[^]*🧠 АНАЛИЗ/u,
    )
    const analysis = answer.slice(answer.indexOf('🧠'))
    expect(analysis).toContain('ООО «РОМАШКА» действует с 02.03.2015.')
    expect(analysis).toContain('Задолженности по налогам нет.')
    expect(analysis).not.toMatch(/47 %|Сидоренко|дисквалифицирован/)
    expect(analysis).toMatch(/Опущено утверждений модели, которых нет в данных: 2\.$/)
  })

  test('модель получает только факты', () => {
    const request = openai.requests.at(-1)?.body
    expect(JSON.stringify(request)).toContain('7701000019')
    expect(JSON.stringify(request)).not.toContain('Проверьте, пожалуйста')
  })

  test('чего тариф не сообщает, не называется отсутствующим', async () => {
    const answer = await ask('7707083893')
    expect(answer).toContain('⚠️ Финансовые данные недоступны в DaData на текущем тарифе')
    expect(answer).toContain(
      'Не оценивалось, потому что источник этого не сообщил: отметка о недостоверности',
    )
    expect(answer).not.toMatch(/Учредители: нет|Лицензии: нет|Сотрудников: 0/)
  })

  test.each([
    ['опечатка', '7707083892', '❌ Некорректный ИНН: 7707083892\nПроверьте правильность ввода.'],
    ['нули', '0000000000', '❌ Некорректный ИНН: 0000000000\nПроверьте правильность ввода.'],
    ['нет ИНН', 'Добрый день', /^❌ Не найден ИНН в вашем сообщении/],
    [
      'больше 1000 символов',
      `${'а'.repeat(1_001)} 7707083893`,
      '❌ Сообщение слишком длинное. Пожалуйста, отправьте ИНН (10 или 12 цифр).',
    ],
    ['нет компании', '7736207543', /❌ Компания с ИНН 7736207543 не найдена в базе данных/],
  ])('%s: отвечает текстом инструкции', async (_, text, expected) => {
    expect(await ask(text)).toMatch(expected)
  })

  test('карточка видна, пока модель ещё молчит', async () => {
    openai.inject({ kind: 'hang-before-headers' })
    const chat = ++chats
    app.telegram.say(chat, '7701000026', { from: { id: chat, ...RUSSIAN } })
    await eventually(() => expect(app.telegram.draft(chat)?.text).toContain('ликвидируется'))
    app.telegram.say(chat, '/stop', { from: { id: chat, ...RUSSIAN } })
    await eventually(() => expect(app.texts(chat).at(-1)).toBe('⏹ Остановлено.'))
  })

  test('ровно 1000 символов ещё читаются', async () => {
    expect(await ask(`${'а'.repeat(989)} 7701000026`)).toContain('ликвидируется')
  })

  test('кнопки меню отвечают о последней компании, и часики с них снимаются', async () => {
    const chat = ++chats
    await ask('7701000019', chat)
    expect(buttonsIn(chat)).toContain('📞 Контакты')
    expect(await press(chat, '📞 Контакты')).toContain('+7 495 000-00-01')
    expect(await press(chat, '⚠️ Риски')).toContain('Риск-скор: 0/100')
    expect(await press(chat, '🔗 Связи')).toContain('ООО "ЗАКАТ"')
    expect(await press(chat, '🔍 Проверить ИНН')).toContain('🔍 Отправьте ИНН')
    const answered = app.telegram.calls.filter(({ method }) => method === 'answerCallbackQuery')
    expect(answered.length).toBeGreaterThanOrEqual(4)
  })

  test('кнопка до первой проверки просит ИНН, команда работает с ИНН', async () => {
    expect(await ask('/risks')).toBe(
      'Сначала отправьте ИНН компании (10 цифр) или предпринимателя (12 цифр).',
    )
    expect(await ask('/risks 7701000026')).toContain('компания ликвидируется (01.10.2026)')
  })

  test('отчёт приходит документом PDF', async () => {
    const chat = ++chats
    await ask('7701000019', chat)
    await press(chat, '📑 Отчёт PDF')
    await eventually(() => {
      const document = app.telegram.sent(chat).at(-1)?.message.document
      expect(document).toMatchObject({ file_name: 'company-7701000019.pdf' })
      expect(document?.file_size).toBeGreaterThan(10_000)
    })
  })

  test('с неверным ключом DaData называется причина, без ключа в тексте', async () => {
    dadata.inject({ kind: 'key' })
    const answer = await ask('6601000052')
    expect(answer).toContain('⚠️ Ошибка конфигурации: неверный API ключ DaData')
    expect(answer).not.toContain(dadata.apiKey)
    dadata.inject({ kind: 'quota' })
    expect(await ask('6601000052')).toContain('⚠️ Исчерпан суточный лимит запросов к DaData')
  })

  test.each([
    [401, '⚠️ Ошибка конфигурации: неверный API ключ OpenAI'],
    [429, '⚠️ Превышен лимит запросов к OpenAI. Попробуйте позже.'],
    [500, '⚠️ Сервис OpenAI временно недоступен. Попробуйте позже.'],
    [504, '⚠️ Превышено время ожидания ответа от OpenAI. Попробуйте позже.'],
  ])(
    'когда OpenAI отвечает %i, карточка остаётся, и модель не спрашивают снова',
    async (status, sentence) => {
      const before = openai.requests.length
      openai.inject({ kind: 'status', status })
      const answer = await ask('7701000019')
      expect(answer).toContain('📊 ИНФОРМАЦИЯ О КОМПАНИИ')
      expect(answer).toMatch(new RegExp(`${sentence}$`))
      expect(openai.requests.length - before).toBe(1)
    },
  )

  interface WebReply {
    readonly text: string
    readonly file: { readonly url: string; readonly contentType: string } | undefined
    readonly suggestions: readonly string[]
  }

  async function askWeb(query: string, more: object = {}): Promise<WebReply> {
    const body = { chatbotId: 'company', sessionId: `web-${++chats}`, query, ...more }
    const events = await collectEvents(await postJson(`${app.app.url}/api/chat/query/stream`, body))
    const data = (name: string) => events.filter(({ event }) => event === name).map((event) => event.data)
    return {
      text: data('text')
        .map(({ content }) => String(content))
        .join(''),
      file: data('file')[0],
      suggestions: data('suggestions')[0]?.items ?? [],
    }
  }

  test('в вебе то же самое, и без модели отчёт стоит сам по себе', async () => {
    expect((await askWeb('/start')).text).toMatch(/^👋 Привет!/)
    const asked = openai.requests.length
    const { text, suggestions } = await askWeb('7801000037', { chatbotId: 'alone' })
    expect(text).toMatch(
      /банкротство[^]*Риск-скор: 67\/100[^]*Анализ пишет языковая модель, а она не подключена/,
    )
    expect(suggestions).toContain('📑 Отчёт PDF')
    expect(openai.requests.length).toBe(asked)
  })

  test('отчёт HTML скачивается по своему адресу, и всё чужое в нём экранировано', async () => {
    const { file } = await askWeb('Отчёт HTML 6601000052')
    const reply = await fetch(`${app.app.url}${new URL(file?.url ?? '').pathname}`)
    const page = await reply.text()
    expect(reply.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(reply.headers.get('content-security-policy')).toContain('sandbox')
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt; **жирный** &amp; &quot;кавычки&quot;')
    expect(page).not.toContain('<img')
    expect((await fetch(`${app.app.url}/files/${'A'.repeat(32)}/x.html`)).status).toBe(404)
  })

  test('чужое имя не размечает ответа', async () => {
    const { text } = await askWeb('Риски 6601000052')
    expect(text).toContain('жирный')
    expect(text).not.toMatch(/\*\*жирный|(?<!\\)<img/)
  })

  test('English is answered in English', async () => {
    expect((await askWeb('Please check 7701000026')).text).toMatch(
      /^🔍 Looking up the INN 7701000026[^]*being liquidated/,
    )
    expect((await askWeb('7736207543', { language: 'en-GB' })).text).toContain('No company with the INN')
  })

  test('/health называет, что настроено', async () => {
    const flags = {
      has_telegram_token: true,
      has_dadata_key: true,
      has_openai_key: true,
      has_bitrix_config: false,
    }
    const health = await (await fetch(`${app.app.url}/health`)).json()
    expect(health).toMatchObject({ ...flags, checks: { database: true, ...flags } })
    expect(await (await fetch(`${app.app.url}/readyz`)).json()).not.toHaveProperty('has_dadata_key')
  })
})
