import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import type { OpenedTab } from './open-tab.ts'

/** A page of the site, on which the widget is, in a browser that has never seen it. */
export type Visit = (path?: string, context?: BrowserContextOptions) => Promise<OpenedTab>

/** The panel, opened. */
export async function open(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Open the chat' }).click()
  const panel = page.getByRole('dialog')
  await panel.waitFor()
  return panel
}

/** Asks as a person does, and does not wait for the answer. */
export async function ask(panel: Locator, question: string): Promise<void> {
  await panel.getByRole('textbox', { name: 'Message' }).fill(question)
  await panel.getByRole('button', { name: 'Send' }).click()
}
