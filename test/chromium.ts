import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const PATH = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'

/** Why no browser test can run here; undefined when they can. */
export const noChromium: string | undefined = existsSync(PATH)
  ? undefined
  : `no Chromium at ${PATH}; set CHROMIUM_PATH to run the tests of the chat page`

/** A browser that sends nothing of its own. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: PATH,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
