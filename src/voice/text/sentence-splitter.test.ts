import { array, assert, constantFrom, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SentenceSplitter, type Sentence } from './sentence-splitter.ts'

function split(...pieces: readonly string[]): readonly Sentence[] {
  const splitter = new SentenceSplitter()
  return [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()]
}

/** The sentences of a text, without the space around them. */
function sentences(text: string): readonly string[] {
  return split(text).flatMap((piece) => piece.text.trim() || [])
}

describe('sentences end where a reader says', () => {
  test.each([
    ['Hello there! How are you? Fine.', ['Hello there!', 'How are you?', 'Fine.']],
    ['It costs $4.50. That is 3.14 times more.', ['It costs $4.50.', 'That is 3.14 times more.']],
    ['Rs. 1,200.00 is the price. Pay now.', ['Rs. 1,200.00 is the price.', 'Pay now.']],
    [
      'Dr. Smith of Acme Ltd. met Mrs. Jones. They talked.',
      ['Dr. Smith of Acme Ltd. met Mrs. Jones.', 'They talked.'],
    ],
    [
      'Use fruit, e.g. Apples. See fig. 2 and No. 5. No. Never.',
      ['Use fruit, e.g. Apples.', 'See fig. 2 and No. 5.', 'No.', 'Never.'],
    ],
    ['J. R. R. Tolkien wrote it. So did I. Really.', ['J. R. R. Tolkien wrote it.', 'So did I.', 'Really.']],
    [
      'See https://example.com/a.b?c=1. Or www.example.org! Yes.',
      ['See https://example.com/a.b?c=1.', 'Or www.example.org!', 'Yes.'],
    ],
    ['Well... I think so… Maybe. Done.', ['Well... I think so… Maybe.', 'Done.']],
    ['"Really?" she asked. "Yes!" He left.', ['"Really?" she asked.', '"Yes!"', 'He left.']],
    ['It is **bold.** Then `a.B. C` goes on. End.', ['It is **bold.**', 'Then `a.B. C` goes on.', 'End.']],
    ['Ask at 5 p.m. Today we close.', ['Ask at 5 p.m. Today we close.']],
    ['Цена 4,5 тыс. руб. за кг. Это дорого!', ['Цена 4,5 тыс. руб. за кг.', 'Это дорого!']],
    [
      'А. С. Пушкин родился в 1799 г. в Москве. Его знают все.',
      ['А. С. Пушкин родился в 1799 г. в Москве.', 'Его знают все.'],
    ],
    [
      'Фрукты и т. д. Живу на ул. Ленина. Что?.. Да.',
      ['Фрукты и т. д. Живу на ул. Ленина.', 'Что?..', 'Да.'],
    ],
    ['नमस्ते। आप कैसे हैं? डॉ. शर्मा यहाँ हैं। ठीक है।', ['नमस्ते।', 'आप कैसे हैं?', 'डॉ. शर्मा यहाँ हैं।', 'ठीक है।']],
    ['你好。今天怎么样？很好！', ['你好。', '今天怎么样？', '很好！']],
  ])('%s', (text, expected) => {
    expect(sentences(text)).toEqual(expected)
  })

  test('lines of lists, headings and tables stand for themselves, wrapped lines do not', () => {
    const text =
      '# Plan\nFirst we wait\nand see:\n\n1. Buy milk\n2. Go home\n- [ ] Sleep\n\n| a | b |\n|---|---|\n| 1 | 2 |\nEnd'
    expect(sentences(text)).toEqual([
      '# Plan',
      'First we wait\nand see:',
      '1. Buy milk',
      '2. Go home',
      '- [ ] Sleep',
      '| a | b |',
      '|---|---|',
      '| 1 | 2 |',
      'End',
    ])
  })

  test('a block of code is one piece, marked as such, whatever it holds', () => {
    const code = '```ts\nconst a = 1. \n# No heading. Nor a sentence.\n```'
    expect(split(`Look:\n${code}\nThat was it. Bye.`)).toEqual([
      { text: 'Look:', code: false },
      { text: `\n${code}`, code: true },
      { text: '\nThat was it.', code: false },
      { text: ' Bye.', code: false },
    ])
  })

  test('what never ends is cut at a space', () => {
    const [first, second] = split('word '.repeat(150))
    expect(first?.text).toHaveLength(499)
    expect(second?.text).toMatch(/^ word/)
  })
})

test('a sentence comes with the first sign behind it, a question with the space', () => {
  const splitter = new SentenceSplitter()
  expect(splitter.push('It is so. ')).toEqual([])
  expect(splitter.push('N')).toEqual([{ text: 'It is so.', code: false }])
  expect(splitter.push('ow? ')).toEqual([])
  expect(splitter.push('Y')).toEqual([{ text: ' Now?', code: false }])
})

const PIECES = [
  'Hello Mr e.g 3 14 мир г नमस्ते https://a.b/c 😀 👨‍👩‍👧 A i',
  '. . ... … ! ? । 。 , " ) * ** ` ``` ~~~ | #',
]
const words = constantFrom(
  ...PIECES.join(' ').split(' '),
  'word'.repeat(40),
  '\u{D83D}',
  '```js\n',
  '- ',
  '1. ',
  '> ',
  ' ',
  '\n',
  '\n\n',
  '\r\n',
  '\t',
)
const answers = array(words, { maxLength: 120 }).map((parts) => parts.join(''))

describe('whatever the model writes', () => {
  test('the pieces are the text', () => {
    assert(
      property(answers, (text) => {
        expect(
          split(text)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(text)
      }),
      { numRuns: 300 },
    )
  })

  test('it is cut in the same way when it comes sign by sign, in pieces or at once', () => {
    assert(
      property(answers, integer({ min: 1, max: 9 }), (text, size) => {
        const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
        expect(split(...pieces)).toEqual(split(text))
      }),
      { numRuns: 500 },
    )
  })
})
