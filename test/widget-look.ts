/// <reference lib="dom" />
import { join } from 'node:path'
import axeCore from 'axe-core'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { Model } from '../src/models/model.ts'
import { noChromium } from './chromium.ts'
import { PHONE } from './open-tab.ts'
import { scriptedModel, text } from './scripted-model.ts'
import { ask, open, type Visit } from './widget-panel.ts'

const SCREENSHOTS = join(import.meta.dirname, 'screenshots')

const SCREENS = [{ name: 'desktop', viewport: { width: 1100, height: 760 } }, PHONE] as const

/** Tests of how the widget looks; its pictures are in `screenshots`. */
export function testWidgetLook(visit: Visit, answerWith: (model: Model) => void): void {
  describe.skipIf(noChromium !== undefined)('the look of the widget', { timeout: 60_000 }, () => {
    test.each([
      ['light', 'rgb(251, 250, 248)'],
      ['dark', 'rgb(23, 23, 22)'],
    ] as const)('a tag without a theme follows a device that is %s', async (colorScheme, paper) => {
      const { page } = await visit('/', { colorScheme })
      const panel = await open(page)
      expect(await panel.evaluate((one) => getComputedStyle(one).backgroundColor)).toBe(paper)
    })

    for (const theme of ['light', 'dark'] as const)
      for (const { name, ...screen } of SCREENS)
        test(`${name}, ${theme}: nothing that axe finds wrong, never wider than the screen`, async () => {
          answerWith(scriptedModel(text(FORMATTED)))
          const color = theme === 'dark' ? '&data-color=%23123a8c' : ''
          const { page } = await visit(`/?data-theme=${theme}${color}`, {
            ...screen,
            reducedMotion: 'reduce',
          })
          const launcher = page.getByRole('button', { name: 'Open the chat' })
          await launcher.waitFor()
          const shoot = (what: string) =>
            page.screenshot({ path: join(SCREENSHOTS, `widget-${name}-${theme}-${what}.png`) })
          await shoot('closed')
          const panel = await open(page)
          await panel.getByText('Ask about orders').waitFor()
          await shoot('empty')
          expect(await violations(page)).toEqual([])
          await ask(panel, 'What do you sell, and what does it cost?')
          await panel.getByText('Quoted words').waitFor()
          await panel.getByRole('button', { name: 'Send' }).waitFor()
          await shoot('answer')
          expect(await violations(page)).toEqual([])
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(screen.viewport.width)
          expect(await panel.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)
        })
  })
}

const FORMATTED = `We sell **three things**, see [the list](https://shop.example/list) and \`SKU-1\`.

| Thing | Price |
|---|--:|
| Socks | 9 € |
| Mug | 14 € |

\`\`\`sh
curl https://shop.example/orders/1234567890/status?with=everything
\`\`\`

> Quoted words stay quiet.`

async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axeCore.source)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(context: object): Promise<{ violations: AxeFinding[] }> }
    }
    interface AxeFinding {
      readonly id: string
      readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
    }
    const found = await axe.run({ include: 'botyard-widget' })
    return found.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html + node.failureSummary).join('\n')}`,
    )
  })
}
