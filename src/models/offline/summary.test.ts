import { expect, test } from 'vitest'
import { asksForSummary, quoteBeginnings } from './summary.ts'

test.each(['Summarize the document "a.md".', 'Кратко перескажи документ «a.md».', 'Give me a summary of it'])(
  '%s asks for a summary',
  (message) => expect(asksForSummary(message)).toBe(true),
)

test('other questions do not', () => {
  expect(asksForSummary('When does the shop open?')).toBe(false)
})

test('the first sentence of each passage is quoted, without marks of lists and what is left of tables', () => {
  const passages = [
    { source: 'a.md', text: '- The shop opens at nine. It closes at six.' },
    { source: 'a.md', text: '| left | over |\n\nReturns take a week. Bring the receipt.' },
  ]
  const { text, cited } = quoteBeginnings(passages, 'en') ?? {}
  expect(text).toMatch(
    /^I am the offline model and cannot summarize\..*\n\n- The shop opens at nine.*\[1\]\n- Returns take a week\. \[2\]$/,
  )
  expect(cited).toEqual([0, 1])
})
