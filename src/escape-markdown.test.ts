import { marked } from 'marked'
import { expect, test } from 'vitest'
import { escapeMarkdown } from './escape-markdown.ts'

const AWKWARD = `
# a/- a/+ a/* a/1. a/12) a/> a/---/===/***/___/~~~/1./-/a - b/a *b
**a**/__a__/_a_/~~a~~/[a](b)/![a](b)/[a]: b/[ ] a/[x] a/| a | b |
<b>a</b>/&amp;/&#60;/www.a.example/WWW.a.example/ann@a.example
https://a.example HTTP://a.example <https://a.example> <!-- a -->
`
  .trim()
  .split(/(?<![<:/])\/(?!\/)|\n/)

test('what people call a file stands in Markdown as it is, on one line', () => {
  expect(escapeMarkdown('*a*_[x](y)\n# отчёт 5.md')).toBe(String.raw`\*a\*\_\[x\](y) # отчёт 5.md`)
  expect(escapeMarkdown('  - a')).toBe(String.raw` \- a`)
})

test.each([
  '20.06.1991, с 20.06.1991 (ул. Вавилова, д. 19/2)',
  'ОГРН: 1027700132195; риск-скор 0/100!',
  '"А+Б" № 5%',
])('%j marks nothing up and is left alone', (words) => {
  expect(escapeMarkdown(words)).toBe(words)
})

test.each([...AWKWARD, '`a`', '```', String.raw`\*a*`, String.raw`a\\`])(
  '%j marks nothing up, at the begin of a line and in a list',
  (text) => {
    const html = text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
    expect(marked.parse(escapeMarkdown(text))).toBe(`<p>${html}</p>\n`)
    expect(marked.parse(`- ${escapeMarkdown(text)}`)).toBe(`<ul>\n<li>${html}</li>\n</ul>\n`)
  },
)
