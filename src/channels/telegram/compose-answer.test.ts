import { expect, test } from 'vitest'
import type { CollectedAnswer } from '../../messaging/collect-answer.ts'
import { composeAnswer } from './compose-answer.ts'
import { createTexts } from './texts.ts'

const END = {
  type: 'end',
  reason: 'stop',
  durationMs: 1,
  firstTokenMs: 1,
  wordCount: 1,
  sentenceCount: 1,
} as const
const EMPTY: CollectedAnswer = { text: '', citations: [], files: [], suggestions: [], end: END }
const texts = createTexts({ en: { sources: 'From:' } }).en

function compose(answer: Partial<CollectedAnswer>, quote: string | null = null) {
  return composeAnswer({ ...EMPTY, ...answer }, { texts, quote })
}

test('sources and files stand below the answer, as links where they have an address', () => {
  const [part] = compose({
    text: 'It is **so** [1].',
    citations: [
      { type: 'citation', index: 1, source: 'guide.md', heading: 'Start', url: 'https://a.b/guide' },
      { type: 'citation', index: 2, source: 'notes.md' },
    ],
    files: [{ type: 'file', name: 'a.csv', url: 'https://a.b/a.csv', contentType: 'text/csv' }],
  })
  expect(part?.text).toBe('It is so [1].\n\n📎 a.csv\n\nFrom:\n[1] guide.md > Start\n[2] notes.md')
  expect(part?.entities.map(({ type }) => type)).toEqual(['bold', 'text_link', 'bold', 'text_link'])
})

test('suggestions are buttons under the last message', () => {
  const parts = compose({ text: 'x '.repeat(3_000), suggestions: ['More', 'Less'] })
  expect(parts.map(({ buttons = [] }) => buttons.map(({ text }) => text))).toEqual([[], ['More', 'Less']])
})

test('what was said before a failure stays, with the reason below', () => {
  const end = { type: 'error', code: 'model_stream_broken', message: 'It broke.', retryable: true } as const
  expect(compose({ text: 'So far', end })[0]?.text).toBe('So far\n\n⚠️ It broke.')
})

test('an answer without a word says why', () => {
  expect(compose({ end: { ...END, reason: 'stopped' } })[0]?.text).toBe('⏹ Stopped.')
  expect(compose({})[0]?.text).toBe('⚠️ The language model gave no answer. Please try again.')
})

test('a pressed suggestion is quoted', () => {
  expect(compose({ text: 'Yes.' }, 'Is it?')[0]).toMatchObject({
    text: 'Is it?\nYes.',
    entities: [{ type: 'blockquote', offset: 0, length: 6 }],
  })
})
