/// <reference lib="dom" />
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { AppError } from '../src/errors.ts'
import { answered, ask, said, type OpenPage } from './chat-page.ts'
import { noChromium } from './chromium.ts'
import { PHONE } from './open-tab.ts'
import { failing, scriptedModel, text } from './scripted-model.ts'

const SCREENSHOTS = join(import.meta.dirname, 'screenshots')

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

/** Tests of how the chat page looks; its pictures are in `screenshots`. */
export function testPageLook(openPage: OpenPage): void {
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
}

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
