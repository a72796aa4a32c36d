import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'

export interface OpenedTab {
  readonly page: Page
  /** Errors in the page, its dialogs, and requests that it should not make; a test may add others. */
  readonly problems: string[]
}

export interface TabOptions extends BrowserContextOptions {
  /** How long an element is waited for, in milliseconds. */
  readonly patienceMs: number
  readonly mayRequest: (url: string, isNavigation: boolean) => boolean
}

/** A phone's screen. */
export const PHONE = {
  name: 'phone',
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
  deviceScaleFactor: 2,
} as const

/** A tab of a browser that has never seen anything, for one test. */
export async function openTab(
  browser: Browser,
  { patienceMs, mayRequest, ...context }: TabOptions,
): Promise<OpenedTab> {
  const page = await browser.newPage({ locale: 'en-GB', ...context })
  onTestFinished(() => page.close())
  page.setDefaultTimeout(patienceMs)
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('dialog', (dialog) => problems.push(`dialog: ${dialog.message()}`))
  page.on('request', (request) => {
    if (!mayRequest(request.url(), request.isNavigationRequest())) problems.push(`request: ${request.url()}`)
  })
  return { page, problems }
}
