import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFakeTelegram, type FakeTelegram } from '../../fakes/telegram.ts'
import { formatMarkdown } from '../../messaging/format-markdown.ts'
import type { RichText } from '../../messaging/rich-text.ts'
import { MESSAGE_LIMIT, splitText } from '../../messaging/split-text.ts'

/** Each styled stretch as its kind and the text it covers. */
function styles({ text, entities }: RichText): readonly string[] {
  return entities.map((entity) => {
    const more =
      entity.type === 'pre' ? ` ${entity.language}` : entity.type === 'text_link' ? ` ${entity.url}` : ''
    return `${entity.type}${more}: ${text.slice(entity.offset, entity.offset + entity.length)}`
  })
}

describe('the Markdown of a model', () => {
  test.each([
    ['**b** _i_ ~~s~~ `c`', 'b i s c', ['bold: b', 'italic: i', 'strikethrough: s', 'code: c']],
    ['# Title\n\ntext', 'Title\n\ntext', ['bold: Title']],
    ['**a *b* c**', 'a b c', ['bold: a b c', 'italic: b']],
    ['[l](https://a.b/c?d=1)', 'l', ['text_link https://a.b/c?d=1: l']],
    ['[l](/here) https://x.org', 'l (/here) https://x.org', []],
    ['[l](javascript:alert(1))', 'l (javascript:alert(1))', []],
    ['```ts\nlet a\n\nlet b\n```', 'let a\n\nlet b', ['pre ts: let a\n\nlet b']],
    ['> said\n> **so**\n\nyes', 'said\nso\n\nyes', ['blockquote: said\nso', 'bold: so']],
    ['- a\n- b\n  - c\n1. x\n2. y', '• a\n• b\n   • c\n\n1. x\n2. y', []],
    ['- [ ] open\n- [x] done', '• ☐ open\n• ☑ done', []],
    ['|a|b|\n|-|-:|\n|1|22|', 'a │  b\n──┼───\n1 │ 22', ['pre undefined: a │  b\n──┼───\n1 │ 22']],
    ['😀 **é𝒳**', '😀 é𝒳', ['bold: é𝒳']],
    ['a &amp; b &lt;c&gt; <b>d</b> \\*e\\*', 'a & b <c> <b>d</b> *e*', []],
    ['![chart](https://a.b/c.png)', 'chart', ['text_link https://a.b/c.png: chart']],
    ['unfinished **bold and `code', 'unfinished **bold and `code', []],
    ['```js\nunfinished', 'unfinished', ['pre js: unfinished']],
  ])('%j', (markdown, text, entities) => {
    const rich = formatMarkdown(markdown)
    expect([rich.text, styles(rich)]).toEqual([text, entities])
  })
})

describe('a long text', () => {
  test('is cut at the end of a paragraph, a line, a sentence, a word, else anywhere', () => {
    const cut = (text: string): readonly string[] =>
      splitText({ text, entities: [] }, 20).map((part) => part.text)
    expect(cut('One two three.\n\nFour five six seven')).toEqual(['One two three.', 'Four five six seven'])
    expect(cut('One two three\nfour five. Six')).toEqual(['One two three', 'four five. Six'])
    expect(cut('One two thr. Four five six')).toEqual(['One two thr.', 'Four five six'])
    expect(cut('One two three four five six')).toEqual(['One two three four', 'five six'])
    expect(cut('x'.repeat(45))).toEqual(['x'.repeat(20), 'x'.repeat(20), 'x'.repeat(5)])
  })

  test('counts code points, and cuts neither a pair nor what is joined', () => {
    expect(splitText({ text: '😀'.repeat(20), entities: [] }, 20)).toHaveLength(1)
    const [first, second] = splitText({ text: `${'x'.repeat(18)}👩‍💻!`, entities: [] }, 20)
    expect([first?.text, second?.text]).toEqual(['x'.repeat(18), '👩‍💻!'])
  })

  test('code goes on as code of its language in the next part', () => {
    const code = 'if a:\n    b = 1\n    c = 2\n\n    d = 3\n    e = 4'
    const parts = splitText(formatMarkdown(`Look:\n\n\`\`\`py\n${code}\n\`\`\`\n\nDone.`), 36)
    expect(parts.map(styles)).toEqual([
      ['pre py: if a:\n    b = 1\n    c = 2'],
      ['pre py:     d = 3\n    e = 4'],
    ])
    expect(parts[1]?.text).toBe('    d = 3\n    e = 4\n\nDone.')
  })

  test('of nothing but white space has no parts', () => {
    expect(splitText({ text: ' \n\n ', entities: [] })).toEqual([])
  })
})

describe('whatever a model writes', () => {
  let telegram: FakeTelegram
  beforeAll(async () => {
    telegram = await createFakeTelegram()
    telegram.open(42)
  })
  afterAll(() => telegram.close())

  const send = async (rich: RichText): Promise<unknown> => {
    const reply = await fetch(`${telegram.url}/bot${telegram.token}/sendMessage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ chat_id: 42, ...rich }),
    })
    const { result, description } = (await reply.json()) as {
      readonly result?: { readonly text: string }
      readonly description?: string
    }
    return result?.text ?? description
  }

  test('is taken by Telegram, and no character is lost between the parts', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(markdown, async (source) => {
        const rich = formatMarkdown(source)
        const parts = splitText(rich, 60)
        expect(bare(parts.map(({ text }) => text).join(''))).toBe(bare(rich.text))
        for (const part of parts) {
          expect(Array.from(part.text).length).toBeLessThanOrEqual(60)
          if (visible(part.text)) expect(bare(String(await send(part)))).toBe(bare(part.text))
        }
      }),
      { numRuns: 300 },
    )
  })

  test('keeps its words', () => {
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 5 }), (blocks) => {
        const { text } = formatMarkdown(blocks.join('\n\n'))
        const words = blocks.join(' ').match(/w\d+w/g) ?? []
        expect(text.match(/w\d+w/g) ?? []).toEqual(words)
      }),
    )
  })

  test('fits: no part has more than 4,096 characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 4_000, maxLength: 9_000 }), (text) => {
        const parts = splitText(formatMarkdown(text))
        expect(parts.every((part) => Array.from(part.text).length <= MESSAGE_LIMIT)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })
})

/** Without what a cut or the server takes away: white space and control characters. */
function bare(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is taken away
  return text.replaceAll(/[\s\u0000-\u001f]+/g, '')
}

function visible(text: string): boolean {
  return bare(text) !== ''
}

const word = fc.integer({ min: 0, max: 999 }).map((number) => `w${number}w`)
const phrase = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(' '))
const inline = fc.oneof(
  phrase,
  ...['**', '_', '~~', '`'].map((mark) => phrase.map((text) => `${mark}${text}${mark}`)),
  phrase.map((text) => `[**${text}** 😀](https://example.com/x)`),
  phrase.map((text) => `**${text} _and ${text}_**`),
)
const block = fc.oneof(
  inline,
  inline.map((text) => `## ${text}`),
  inline.map((text) => `> ${text}\n> \`\`\`\n> ${text}\n> \`\`\``),
  inline.map((text) => `- ${text}\n- ${text}\n  1. ${text}`),
  phrase.map((text) => `\`\`\`py\n${text}\n\`\`\``),
  inline.map((text) => `| a | b |\n|---|---|\n| ${text} | 1 |`),
)
const markdown = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc
    .array(fc.oneof(block, fc.string({ unit: 'grapheme-composite', maxLength: 20 })), { maxLength: 6 })
    .map((list) => list.join('\n\n')),
  fc
    .array(
      fc.constantFrom(
        '*',
        '**',
        '_',
        '`',
        '```',
        '\n',
        '> ',
        '- ',
        '[',
        '](',
        ')',
        '|',
        '#',
        ' ',
        'a',
        '😀',
        '<b>',
        '&amp;',
        '~~',
        '\\',
        'http://a.b',
      ),
      { maxLength: 60 },
    )
    .map((list) => list.join('')),
)

test('text that is nested without end is shown as it is written', () => {
  const nested = `${'>'.repeat(20_000)} deep`
  expect(formatMarkdown(nested)).toEqual({ text: nested, entities: [] })
})
