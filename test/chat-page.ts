/// <reference lib="dom" />
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { assistant } from '../bots/assistant.ts'
import { guide } from '../bots/guide.ts'
import type { Model } from '../src/models/model.ts'
import { launchChromium } from './chromium.ts'
import { openTab, type OpenedTab } from './open-tab.ts'
import { scriptedModel } from './scripted-model.ts'
import { startTestApp, type TestApp } from './test-app.ts'

/** The page in a browser that has never seen it, with `model` as its first bot. */
export type OpenPage = (model: Model, context?: BrowserContextOptions) => Promise<OpenedTab>

/** One browser and one server for all tests of the chat page. */
export interface ChatPages {
  readonly browser: Browser
  readonly app: TestApp
  readonly open: OpenPage
  /** The page of a server of the test's own. */
  readonly openOf: (app: TestApp) => Promise<OpenedTab>
  readonly close: () => Promise<void>
}

export async function startChatPages(): Promise<ChatPages> {
  let current: Model = scriptedModel()
  const model: Model = { id: 'scripted', stream: (request, options) => current.stream(request, options) }
  const [browser, app] = await Promise.all([
    launchChromium(),
    startTestApp({
      bot: { title: 'Tester', suggestions: ['How are you?'] },
      moreBots: [assistant, guide],
      model,
      env: { MODEL_RETRIES: '0' },
    }),
  ])
  const openOf = (of: TestApp, context?: BrowserContextOptions): Promise<OpenedTab> =>
    openPageOf(of, browser, context)
  return {
    browser,
    app,
    open: (answering, context) => {
      current = answering
      return openOf(app, context)
    },
    openOf,
    close: async () => {
      await browser.close()
      await app.close()
    },
  }
}

async function openPageOf(
  app: TestApp,
  browser: Browser,
  context: BrowserContextOptions = {},
): Promise<OpenedTab> {
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

/** Asks as a person does, and does not wait for the answer. */
export async function ask(page: Page, question: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(question)
  await page.keyboard.press('Enter')
}

/** Waits until the last answer is complete. */
export async function answered(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Send' }).waitFor()
}

/** The conversation as it is seen; screen readers have a place of their own. */
export function said(page: Page) {
  return page.locator('#scroller, #notice')
}

/** The text of the last answer, complete or not. */
export function lastAnswer(page: Page) {
  return page.locator('.answer').last().locator('.prose')
}
