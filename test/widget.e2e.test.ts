/// <reference lib="dom" />
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defineBot } from '../src/bot.ts'
import type { Model } from '../src/models/model.ts'
import { launchChromium, noChromium } from './chromium.ts'
import { countSounds } from './count-sounds.ts'
import { openTab } from './open-tab.ts'
import { gated, hanging, scriptedModel, text } from './scripted-model.ts'
import { signUp } from './people.ts'
import { startSite, type SiteServer } from './site-server.ts'
import { startTestApp, type TestApp } from './test-app.ts'
import { testWidgetLook } from './widget-look.ts'
import { ask, open, type Visit } from './widget-panel.ts'

if (noChromium) console.warn(`The widget is not tested in a browser: ${noChromium}`)

const SCREENSHOTS = join(import.meta.dirname, 'screenshots')

let browser: Browser
let app: TestApp
let site: SiteServer
/** What answers as the bot in the test that runs now. */
let current: Model = scriptedModel()

beforeAll(async () => {
  site = await startSite(headOf, policyOf)
  const model: Model = { id: 'scripted', stream: (request, options) => current.stream(request, options) }
  const allowedOrigins = [site.origin]
  const guarded = defineBot({
    name: 'guarded',
    title: 'Members only',
    instructions: 'Be brief.',
    model,
    site: {
      allowedOrigins,
      freeMessages: 1,
      authText: 'Please sign in to go on.',
      authUrl: `${site.origin}/login`,
    },
  })
  ;[browser, app] = await Promise.all([
    noChromium ? Promise.reject(new Error(noChromium)) : launchChromium(),
    startTestApp({
      model,
      moreBots: [guarded],
      bot: {
        title: 'The shop’s helper',
        suggestions: ['Where is my order?', 'Do you ship abroad?'],
        site: { allowedOrigins, greeting: 'Hello! How can we help?\nAsk about orders, sizes or socks.' },
      },
    }),
  ])
})

afterAll(async () => {
  await browser?.close()
  await app?.close()
  await site?.close()
})

/** The attributes of the script tag come from the address of the page: `/?data-theme=dark&chatbot=guarded`. */
function headOf({ searchParams }: URL): string {
  const chatbot = searchParams.get('chatbot') ?? 'test'
  const attributes = [...searchParams].filter(([name]) => name.startsWith('data-'))
  const written = attributes.map(([name, value]) => ` ${name}="${value}"`).join('')
  return `<script src="${app.url}/widget.js?chatbot=${chatbot}"${written} async></script>`
}

/** All that docs/widget.md asks of a site, and nothing more. */
function policyOf(): string {
  return (
    `default-src 'none'; script-src ${app.url}; connect-src ${app.url}; img-src ${app.url}; ` +
    `require-trusted-types-for 'script'; trusted-types dompurify`
  )
}

const visit: Visit = async (path = '/', context = {}) => {
  const { page, problems } = await openTab(browser, {
    ...context,
    patienceMs: 20_000,
    mayRequest: (url, isNavigation) => {
      const known = [site.origin, site.otherOrigin, app.url].some((place) => url.startsWith(place))
      return known && (new URL(url).origin !== site.origin || isNavigation)
    },
  })
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  await page.goto(path.startsWith('http') ? path : `${site.origin}${path}`)
  return { page, problems }
}

describe('the script of the widget', () => {
  test('is one file of less than 40 kB that pages of others may load and keep for minutes', async () => {
    const reply = await fetch(`${app.url}/widget.js?chatbot=test`)
    const code = Buffer.from(await reply.arrayBuffer())
    const size = gzipSync(code, { level: 9 }).length
    console.log(`The widget: ${size} bytes gzipped`)
    expect(size).toBeLessThan(40_000)
    expect(code.toString()).not.toMatch(/\b(?:eval|import)\s*\(|new Function\(/)
    const { headers } = reply
    expect([headers.get('cross-origin-resource-policy'), headers.get('cache-control')]).toEqual([
      'cross-origin',
      'public, max-age=300, stale-while-revalidate=86400',
    ])
  })

  test('learns how a bot appears, and nothing of its inside', async () => {
    const reply = await fetch(`${app.url}/widget/config?chatbot=guarded`, {
      headers: { origin: site.origin },
    })
    expect(reply.headers.get('access-control-allow-origin')).toBe(site.origin)
    expect(reply.headers.get('cache-control')).toBe('private, max-age=60')
    expect(await reply.json()).toMatchObject({
      id: 'guarded',
      title: 'Members only',
      greeting: '',
      suggestions: [],
      authUrl: `${site.origin}/login`,
    })
    expect((await fetch(`${app.url}/widget/config?chatbot=nobody`)).status).toBe(404)
  })
})

describe('the origins a bot allows', () => {
  const ask = (origin: string | undefined, path = '/api/chat/query?chatbotId=test') =>
    fetch(`${app.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(origin && { origin }) },
      body: JSON.stringify({ query: 'Hello', chatbotId: 'test' }),
    })

  test('are asked from, others are refused before the bot hears of it', async () => {
    const model = scriptedModel(text('Hi.'), text('Hi.'), text('Hi.'))
    current = model
    const [allowed, refused, program, own] = await Promise.all(
      [site.origin, 'https://evil.example', undefined, app.url].map((origin) => ask(origin)),
    )
    expect([allowed, refused, program, own].map((reply) => reply?.status)).toEqual([200, 403, 200, 200])
    expect(await refused?.json()).toMatchObject({ code: 'origin_not_allowed' })
    expect(refused?.headers.get('access-control-allow-origin')).toBeNull()
    expect(allowed?.headers.get('access-control-allow-origin')).toBe(site.origin)
    expect(model.requests).toHaveLength(3)
  })

  test('count for the bot that is asked, whatever the address says', async () => {
    current = scriptedModel(text('Hi.'))
    for (const path of ['/api/chat/query', '/api/chat/query/stream?chatbotId=other'])
      expect((await ask('https://evil.example', path)).status).toBe(403)
  })
})

describe.skipIf(noChromium !== undefined)('the widget on a page of another site', { timeout: 60_000 }, () => {
  test('answers under a strict content security policy, and runs nothing that an answer says', async () => {
    const hostile =
      '<img src=x onerror=alert(1)> ![p](/pixel.png) ![q](https://evil.example/q) [bad](javascript:alert(1))'
    current = scriptedModel(text('Your **order** is on its way:\n\n', '- socks\n- a mug\n\n', hostile))
    const { page, problems } = await visit()
    const panel = await open(page)
    await ask(panel, 'Where is my order?')
    await panel.getByText('order', { exact: true }).waitFor()
    await panel.getByRole('button', { name: 'Send' }).waitFor()
    expect(await panel.locator('.prose strong').textContent()).toBe('order')
    expect(await panel.locator('.prose li').allTextContents()).toEqual(['socks', 'a mug'])
    expect(
      await panel.locator('.prose img').evaluateAll((found) => found.map((one) => one.getAttribute('src'))),
    ).toEqual([`${app.url}/x`, `${app.url}/pixel.png`])
    expect(await panel.locator('.prose [onerror], .prose [href^="javascript"]').count()).toBe(0)
    // The browser tells of what it kept from running while the answer was cleaned, and of pictures we do not have.
    const told = /inline event handler|Failed to load resource/
    expect(problems.filter((problem) => !told.test(problem))).toEqual([])
  })

  test('offers suggestions, stops an answer and keeps what was said', async () => {
    current = scriptedModel(hanging('As far as I'))
    const { page } = await visit()
    const panel = await open(page)
    await panel.getByText('Ask about orders, sizes or socks.').waitFor()
    await panel.getByRole('button', { name: 'Do you ship abroad?' }).click()
    await panel.getByText('As far as I').waitFor()
    await panel.getByRole('button', { name: 'Stop answering' }).click()
    await panel.getByText('Stopped.').waitFor()
    expect(await panel.getByText('As far as I').isVisible()).toBe(true)
  })

  test('goes on with conversation and answer on the next page', async () => {
    const { step, open: letGo } = gated('The first half', ' and the second.')
    current = scriptedModel(text('Hi there.'), step)
    const { page } = await visit()
    const panel = await open(page)
    await ask(panel, 'Hello')
    await panel.getByText('Hi there.').waitFor()
    await ask(panel, 'Tell me more')
    await panel.getByText('The first half').waitFor()
    await page.goto(`${site.origin}/second`)
    await panel.getByText('The first half').waitFor()
    letGo()
    await panel.getByText('The first half and the second.').waitFor()
    expect(await panel.locator('.said').allTextContents()).toEqual(['Hello', 'Tell me more'])
    await panel.getByRole('button', { name: 'New conversation' }).click()
    expect(await panel.locator('.said').count()).toBe(0)
  })

  test('is used with the keyboard alone and leaves the keys of the page alone', async () => {
    current = scriptedModel(text('Fine.'))
    const { page } = await visit()
    await page.evaluate(() => {
      Object.assign(globalThis, { heard: [] as string[] })
      document.addEventListener('keydown', ({ key }) =>
        (globalThis as unknown as { heard: string[] }).heard.push(key),
      )
    })
    const launcher = page.getByRole('button', { name: 'Open the chat' })
    await launcher.focus()
    await page.keyboard.press('Enter')
    const panel = page.getByRole('dialog', { name: 'The shop’s helper' })
    await page.keyboard.type('s?')
    await page.keyboard.press('Enter')
    await panel.getByText('Fine.').waitFor()
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'hidden' })
    expect(await launcher.evaluate((button) => button.matches(':focus'))).toBe(true)
    expect(await page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard)).toEqual(['Enter'])
  })

  test('says why nothing is answered and where to sign in, and goes on when somebody has', async () => {
    current = scriptedModel(text('That one was free.'), text('Welcome, member.'))
    const { page } = await visit('/?chatbot=guarded')
    const panel = await open(page)
    await ask(panel, 'Hello')
    await panel.getByText('That one was free.').waitFor()
    await ask(panel, 'And now?')
    await panel.getByRole('alert').getByText('Please sign in to go on.').waitFor()
    expect(await panel.getByRole('link', { name: 'Sign in' }).getAttribute('href')).toBe(
      `${site.origin}/login`,
    )
    const { token } = await signUp(app, 'member')
    await page.evaluate((value) => document.querySelector('script')?.setAttribute('data-token', value), token)
    await ask(panel, 'It is me')
    await panel.getByText('Welcome, member.').waitFor()
  })

  test('is not there on pages that the bot does not allow', async () => {
    const { page, problems } = await visit(`${site.otherOrigin}/`)
    await expect.poll(() => problems.join('\n')).toContain('The chat widget is not shown')
    expect(await page.locator('botyard-widget').count()).toBe(0)
  })

  test('plays each spoken sentence once, also over a change of pages, and none unasked', async () => {
    const { step, open: letGo } = gated('The first sentence. And', ' the second sentence.')
    current = scriptedModel(step, text('Quiet now.'))
    const { page } = await visit()
    await page.addInitScript(countSounds)
    await page.reload()
    const sounds = () => page.evaluate(() => (globalThis as unknown as { sounds: number }).sounds)
    const panel = await open(page)
    const voice = panel.getByRole('button', { name: 'Read answers aloud' })
    await voice.click()
    await ask(panel, 'Speak')
    await expect.poll(sounds).toBe(1)
    await page.goto(`${site.origin}/second`)
    await panel.getByText('The first sentence. And').waitFor()
    expect(await sounds()).toBe(0)
    letGo()
    await expect.poll(sounds).toBe(1)
    await panel.getByRole('button', { name: 'Send' }).waitFor()
    await voice.click()
    await ask(panel, 'Be quiet')
    await panel.getByText('Quiet now.').waitFor()
    await panel.getByRole('button', { name: 'Send' }).waitFor()
    expect(await sounds()).toBe(1)
  })

  test('speaks the language that the tag names, and shows right-to-left text as such', async () => {
    current = scriptedModel(text('שלום! **ההזמנה** שלך בדרך.\n\n1. גרביים\n2. ספל'))
    const { page } = await visit(
      '/?data-language=ru&data-title=Магазин&data-position=bottom-left&data-theme=dark',
    )
    await page.getByRole('button', { name: 'Открыть чат' }).click()
    const panel = page.getByRole('dialog', { name: 'Магазин' })
    await panel.getByRole('textbox', { name: 'Сообщение' }).fill('איפה ההזמנה שלי?')
    await page.keyboard.press('Enter')
    await panel.getByText('גרביים').waitFor()
    const direction = (selector: string) =>
      panel.locator(selector).evaluate((one) => getComputedStyle(one).direction)
    expect([await direction('.prose'), await direction('.said'), await direction('header')]).toEqual([
      'rtl',
      'rtl',
      'ltr',
    ])
    expect(await panel.evaluate((one) => one.getBoundingClientRect().left)).toBeLessThan(30)
    await page.screenshot({ path: join(SCREENSHOTS, 'widget-rtl-dark.png') })
  })
})

testWidgetLook(visit, (model) => (current = model))
