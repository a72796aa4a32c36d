import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Block } from './block.ts'
import { countTokens } from './count-tokens.ts'
import { CHUNK_TOKENS, cutDocument, SECTION_TOKENS } from './cut-document.ts'
import { cutWindows } from './cut-windows.ts'

const plainWord = fc.oneof(
  fc.stringMatching(/^[a-z]{1,12}[.,!]?$/),
  fc.stringMatching(/^[а-я]{1,14}[.?]?$/),
  fc.stringMatching(/^\d{1,6}$/),
)
const word = fc.oneof(
  plainWord,
  fc.constantFrom('漢字仮名交じり文'.repeat(20), `https://example.com/${'a'.repeat(90)}`),
)
const text = fc.array(word, { minLength: 1, maxLength: 900, size: 'max' }).map((words) => words.join(' '))
const plain = fc
  .array(plainWord, { minLength: 1, maxLength: 900, size: 'max' })
  .map((words) => words.join(' '))
const path = fc.array(fc.constantFrom('INSTALL', 'DOCKER', 'LIMITS', 'ДОСТАВКА'), { maxLength: 3 })
const blocks: fc.Arbitrary<readonly Block[]> = fc.array(fc.record({ path, text }), {
  minLength: 1,
  maxLength: 8,
})

const squeeze = (value: string): string => value.replaceAll(/\s+/g, '')

describe('a document that is cut', () => {
  it('keeps all of its text, in order', () => {
    fc.assert(
      fc.property(blocks, (document) => {
        const passages = cutDocument(document).map((passage) => passage.text)
        // Texts of this test are in lower case, headings are not.
        const kept = squeeze(passages.join('').replaceAll(/[A-ZА-Я>]+/g, ''))
        expect(kept).toBe(squeeze(document.map((block) => block.text).join('')))
      }),
      { numRuns: 15 },
    )
  })

  it('has sections within their bounds; small ones are alone only where nothing fits beside them', () => {
    fc.assert(
      fc.property(blocks, (document) => {
        const passages = cutDocument(document)
        for (const [index, { text: whole, tokens }] of passages.entries()) {
          expect(tokens).toBe(countTokens(whole))
          expect(tokens).toBeLessThanOrEqual(SECTION_TOKENS.most)
          const next = passages[index + 1]
          if (next && Math.min(tokens, next.tokens) < SECTION_TOKENS.least)
            expect(tokens + next.tokens).toBeGreaterThan(SECTION_TOKENS.most - 20)
        }
      }),
      { numRuns: 15 },
    )
  })

  it('has pieces within their bounds that hold each section whole', () => {
    fc.assert(
      fc.property(blocks, (document) => {
        for (const { text: whole, chunks } of cutDocument(document)) {
          expect(chunks.length).toBeGreaterThan(0)
          for (const chunk of chunks) {
            expect(countTokens(chunk.text)).toBeLessThanOrEqual(CHUNK_TOKENS.most)
            expect(squeeze(whole)).toContain(squeeze(chunk.text))
          }
        }
      }),
      { numRuns: 15 },
    )
  })

  it('has the path of headings on each piece, and those of joined sections in the text', () => {
    const passages = cutDocument([
      { path: ['FAQ', 'Delivery'], text: 'Three days.' },
      { path: ['FAQ', 'Returns'], text: 'Within a month.' },
    ])
    expect(passages).toEqual([
      {
        heading: 'FAQ',
        text: 'Delivery\n\nThree days.\n\nReturns\n\nWithin a month.',
        tokens: expect.any(Number),
        chunks: [
          { heading: 'FAQ > Delivery', text: 'Three days.' },
          { heading: 'FAQ > Returns', text: 'Within a month.' },
        ],
      },
    ])
  })
})

describe('windows', () => {
  it('overlap by no more than they should, and by something', () => {
    fc.assert(
      fc.property(plain, (words) => {
        // Each word is there once, so that a window has one place in the text.
        const value = words
          .split(' ')
          .map((each, index) => `${each}${index}`)
          .join(' ')
        const whole = squeeze(value)
        let end = 0
        for (const window of cutWindows(value, { mostTokens: 100, overlapTokens: 20 })) {
          const start = whole.indexOf(squeeze(window))
          expect(start).toBeGreaterThanOrEqual(0)
          expect(countTokens(whole.slice(start, end))).toBeLessThanOrEqual(20)
          // What cannot be parted further may be longer than the whole overlap.
          if (end > 0) expect(start).toBeLessThanOrEqual(end)
          end = start + squeeze(window).length
        }
        expect(end).toBe(whole.length)
      }),
      { numRuns: 30 },
    )
  })

  it('end with a sentence where one ends in their second half', () => {
    const sentences = Array.from({ length: 40 }, (_, index) => `Sentence number ${index} is here.`)
    const windows = cutWindows(sentences.join(' '), { mostTokens: 60, overlapTokens: 12 })
    for (const window of windows) expect(window).toMatch(/^Sentence .*here\.$/)
    expect(windows.length).toBeGreaterThan(5)
  })
})

it('words in Russian cost more tokens than those in English, and signs count', () => {
  expect(countTokens('We deliver within three days.')).toBe(7)
  expect(countTokens('Мы доставляем заказы за три дня.')).toBe(10)
  expect(countTokens('{"a": 12345}')).toBe(8)
})
