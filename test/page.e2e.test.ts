/// <reference lib="dom" />
import type { Page, Route } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { AppError } from '../src/errors.ts'
import {
  answered,
  ask,
  lastAnswer,
  said,
  startChatPages,
  type ChatPages,
  type OpenPage,
} from './chat-page.ts'
import { noChromium } from './chromium.ts'
import { testHostileMarkdown } from './hostile-markdown.ts'
import { PHONE } from './open-tab.ts'
import { testPageLook } from './page-look.ts'
import { failing, gated, hanging, scriptedModel, text } from './scripted-model.ts'
import { startTestApp } from './test-app.ts'

if (noChromium) console.warn(`The chat page is not tested: ${noChromium}`)

let pages: ChatPages
const openPage: OpenPage = (model, context) => pages.open(model, context)

beforeAll(async () => {
  if (!noChromium) pages = await startChatPages()
})

afterAll(() => pages?.close())

describe.skipIf(noChromium !== undefined)('the chat page', { timeout: 60_000 }, () => {
  test('shows an answer while it is written and tells screen readers each block once', async () => {
    const { step, open } = gated('First **paragraph**.\n\nSecond', ' one.')
    const { page, problems } = await openPage(scriptedModel(step))
    await ask(page, 'Hello')
    await said(page).getByText('Second', { exact: true }).waitFor()
    expect(await page.getByRole('log', { name: 'Messages' }).getAttribute('aria-live')).toBe('off')
    expect(await page.locator('#announcer p').allTextContents()).toEqual(['First paragraph.'])
    expect(await page.getByRole('button', { name: 'Stop answering' }).isVisible()).toBe(true)
    open()
    await answered(page)
    expect(await lastAnswer(page).innerHTML()).toBe(
      '<p>First <strong>paragraph</strong>.</p>\n<p>Second one.</p>\n',
    )
    expect(await page.locator('#announcer p').allTextContents()).toEqual(['First paragraph.', 'Second one.'])
    expect(problems).toEqual([])
  })

  test.each([
    { how: 'the button', stop: (page: Page) => page.getByRole('button', { name: 'Stop answering' }).click() },
    { how: 'Escape', stop: (page: Page) => page.keyboard.press('Escape') },
  ])('stops an answer with $how and keeps what was said', async ({ stop }) => {
    const { page } = await openPage(scriptedModel(hanging('Once upon', ' a time')))
    await ask(page, 'Tell me a story')
    await said(page).getByText('Once upon a time').waitFor()
    await stop(page)
    await said(page).getByText('Stopped.').waitFor()
    expect(await lastAnswer(page).innerText()).toBe('Once upon a time')
    await page.reload()
    await said(page).getByText('Stopped.').waitFor()
    expect(await page.locator('.message').count()).toBe(2)
    await ask(page, 'Another one')
    await said(page).getByText('Once upon a time').nth(1).waitFor()
    await stop(page)
    await said(page).getByText('Stopped.').nth(1).waitFor()
    await page.reload()
    await said(page).getByText('Stopped.').nth(1).waitFor()
  })

  test('goes on with the answer after a reload in its middle', async () => {
    const { step, open } = gated('The first half', ' and the second.')
    const { page } = await openPage(scriptedModel(step))
    await ask(page, 'Hello')
    await said(page).getByText('The first half').waitFor()
    await page.reload()
    await said(page).getByText('The first half').waitFor()
    open()
    await answered(page)
    expect(await page.locator('.said').allInnerTexts()).toEqual(['Hello'])
    expect(await lastAnswer(page).innerText()).toBe('The first half and the second.')
  })

  test('goes on where it was after the connection broke, and says so meanwhile', async () => {
    const { step, open } = gated('The first half', ' and the second.')
    const { page } = await openPage(scriptedModel(step))
    await ask(page, 'Hello')
    await said(page).getByText('The first half').waitFor()
    const resumed = page.waitForRequest(/\/api\/chat\/streams\//)
    pages.app.server.server.closeAllConnections()
    await said(page).getByText('Connection lost. Reconnecting…').waitFor()
    expect((await resumed).headers()['last-event-id']).toMatch(/^[0-9a-f-]{36}:\d+$/)
    open()
    await answered(page)
    expect(await lastAnswer(page).innerText()).toBe('The first half and the second.')
    expect(await page.locator('#notice').innerText()).toBe('')
  })

  test('asks once, however often the question has to be sent', async () => {
    const { step, open } = gated('The first half', ' and the second.')
    const model = scriptedModel(step)
    const { page } = await openPage(model)
    const loseTheAnswer = async (route: Route): Promise<void> => {
      const question = await fetch(route.request().url(), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: route.request().postData(),
      })
      await question.body?.cancel()
      await route.abort('connectionreset')
    }
    await page.route('**/api/chat/query/stream', loseTheAnswer, { times: 2 })
    await ask(page, 'Hello')
    await said(page).getByText('The first half').waitFor()
    open()
    await answered(page)
    expect(await lastAnswer(page).innerText()).toBe('The first half and the second.')
    expect(model.requests.length).toBe(1)
  })

  test('copies a code block', async () => {
    const permissions = ['clipboard-read', 'clipboard-write']
    const { page } = await openPage(scriptedModel(text('```sh\nnpm start\n```')), { permissions })
    await ask(page, 'How?')
    await answered(page)
    await page.getByText('npm start').first().hover()
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('npm start\n')
  })

  test('shows the sentence of a full server and sends the same question again on request', async () => {
    const { step, open } = gated('Still', ' here.')
    const model = scriptedModel(step, text('Now it is your turn.'))
    const app = await startTestApp({ model, env: { MAX_RUNNING_TURNS: '1' } })
    onTestFinished(() => app.close())
    const { page } = await pages.openOf(app)
    await ask(page, 'First')
    await said(page).getByText('Still').waitFor()
    const second = await pages.openOf(app)
    await ask(second.page, 'Second')
    await second.page.getByRole('alert').getByText('answering as many people as it can').waitFor()
    open()
    await answered(page)
    await second.page.getByRole('button', { name: 'Try again' }).click()
    await said(second.page).getByText('Now it is your turn.').waitFor()
    expect(await second.page.locator('.message').count()).toBe(2)
    expect(model.requests.at(-1)?.messages).toEqual([{ role: 'user', text: 'Second' }])
  })

  test('shows what went wrong in the middle of an answer, also after a reload, and asks anew', async () => {
    const broken = failing(new AppError('model_stream_broken'), 'It begins')
    const { page } = await openPage(scriptedModel(broken, text('All of it.')))
    await ask(page, 'Hello')
    await said(page).getByText('The language model stopped in the middle of its answer.').waitFor()
    expect(await lastAnswer(page).innerText()).toBe('It begins')
    await page.reload()
    await page.getByRole('button', { name: 'Try again' }).click()
    await said(page).getByText('All of it.').waitFor()
    expect(await page.locator('.said').count()).toBe(1)
  })

  test('can be used with the keyboard alone', async () => {
    const model = scriptedModel(text('Fine.'), text('Bye.'))
    const { page } = await openPage(model)
    const focused = () =>
      page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent)
    expect(await focused()).toBe('message')
    const order: (string | null | undefined)[] = []
    for (let step = 0; step < 6; step++) {
      await page.keyboard.press('Shift+Tab')
      order.push(await focused())
    }
    expect(order).toEqual(['How are you?', 'scroller', 'theme', 'new', 'bot', 'Skip to the message box'])
    await page.keyboard.press('Enter')
    expect(await focused()).toBe('message')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await said(page).getByText('Fine.').waitFor()
    expect(await focused()).toBe('message')
    await page.keyboard.type('two')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('lines')
    await page.keyboard.press('Enter')
    await said(page).getByText('Bye.').waitFor()
    expect(model.requests.at(-1)?.messages.at(-1)).toEqual({ role: 'user', text: 'two\nlines' })
  })

  test('keeps one conversation for each bot and leaves it on request', async () => {
    const { page } = await openPage(scriptedModel(text('Hi.')))
    await ask(page, 'Hello')
    await said(page).getByText('Hi.').waitFor()
    await page.getByRole('combobox', { name: 'Bot' }).selectOption('Assistant')
    await page.getByRole('heading', { name: 'Assistant', level: 2 }).waitFor()
    expect(page.url()).toContain('?bot=assistant')
    await page.getByRole('combobox', { name: 'Bot' }).selectOption('Tester')
    await said(page).getByText('Hi.').waitFor()
    await page.getByRole('button', { name: 'New conversation' }).click()
    await page.getByRole('heading', { name: 'Tester', level: 2 }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Tester', level: 2 }).waitFor()
    expect(await page.locator('.message').count()).toBe(0)
  })

  test('shows tools, sources and suggestions, and has them again after a reload', async () => {
    const { page, problems } = await openPage(scriptedModel())
    await page.getByRole('combobox', { name: 'Bot' }).selectOption('Assistant')
    await page.getByRole('button', { name: 'What is 15% of 80?' }).click()
    await said(page).getByText('Used calculate').waitFor()
    await answered(page)
    await page.getByRole('combobox', { name: 'Bot' }).selectOption('Botyard guide')
    await ask(page, 'How do I define a bot?')
    await page.getByRole('list', { name: 'Sources' }).waitFor()
    await answered(page)
    const before = await page.locator('#messages').innerHTML()
    expect(await page.locator('.suggestion').count()).toBeGreaterThan(0)
    await page.reload()
    await page.getByRole('list', { name: 'Sources' }).waitFor()
    await answered(page)
    expect(await page.locator('#messages').innerHTML()).toBe(before)
    expect(problems).toEqual([])
  })

  test('stays where the reader scrolled to, and follows again on request', async () => {
    const paragraphs = Array.from({ length: 60 }, (_, index) => `Paragraph ${index + 1}.`).join('\n\n')
    const { step, open } = gated(paragraphs, `\n\n${paragraphs}\n\nThe end.`)
    const { page } = await openPage(scriptedModel(step))
    await ask(page, 'Tell me')
    await said(page).getByText('Paragraph 60.').waitFor()
    const top = () => page.locator('#scroller').evaluate((element) => element.scrollTop)
    expect(await top()).toBeGreaterThan(500)
    await page.locator('#scroller').hover()
    await page.mouse.wheel(0, -800)
    await page.getByRole('button', { name: 'Jump to the latest message' }).waitFor()
    const read = await top()
    open()
    await answered(page)
    expect(await top()).toBe(read)
    await page.getByRole('button', { name: 'Jump to the latest message' }).click()
    expect(await said(page).getByText('The end.').isVisible()).toBe(true)
    expect(await top()).toBeGreaterThan(read)
  })

  test('speaks Russian to browsers that prefer it', async () => {
    const { page } = await openPage(scriptedModel(), { locale: 'ru-RU' })
    expect(await page.locator('html').getAttribute('lang')).toBe('ru')
    expect(await page.getByRole('textbox', { name: 'Сообщение' }).getAttribute('placeholder')).toBe(
      'Напишите сообщение…',
    )
  })

  test('the description of the API fits a phone, in letters one can read', async () => {
    const { page } = await openPage(scriptedModel(text('Unused.')), PHONE)
    await page.goto(new URL('/docs', page.url()).href)
    await page.getByText('/api/chat/query/stream').waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.viewport.width)
  })

  test('costs less than 60 kB to open and nothing to open again', async () => {
    const page = await pages.browser.newPage()
    onTestFinished(() => page.close())
    const sizes: Promise<number>[] = []
    page.on('requestfinished', (request) => {
      const size = request.sizes().then(({ responseBodySize }) => responseBodySize)
      if (!request.url().includes('/api/')) sizes.push(size)
    })
    await page.goto(pages.app.url, { waitUntil: 'networkidle' })
    const first = await Promise.all(sizes)
    console.log(`The chat page: ${first.length} files, ${first.reduce((sum, size) => sum + size, 0)} bytes`)
    expect(first.reduce((sum, size) => sum + size, 0)).toBeLessThan(60_000)
    const versioned = /assets\/([0-9a-f]{12})\//.exec(await page.content())?.[1]
    const asset = await fetch(`${pages.app.url}/assets/${versioned}/page/main.js`)
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    const again = await fetch(`${pages.app.url}/assets/older/page/main.js`, {
      headers: { 'if-none-match': asset.headers.get('etag') ?? '' },
    })
    expect([again.status, again.headers.get('cache-control')]).toEqual([304, 'no-cache'])
    expect((await fetch(`${pages.app.url}/assets/${versioned}/..%2fpage.ts`)).status).toBe(404)
  })
})

testHostileMarkdown(openPage)
testPageLook(openPage)
