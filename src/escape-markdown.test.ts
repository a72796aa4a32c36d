import { expect, test } from 'vitest'
import { escapeMarkdown } from './escape-markdown.ts'

test('what people call a file stands in Markdown as it is, on one line', () => {
  expect(escapeMarkdown('*a*_[x](y)\n# отчёт 5.md')).toBe(String.raw`\*a\*\_\[x\]\(y\) \# отчёт 5\.md`)
})
