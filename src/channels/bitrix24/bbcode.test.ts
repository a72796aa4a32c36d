import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatMarkdown } from '../../messaging/format-markdown.ts'
import { toBBCode, toBBCodeParts } from './bbcode.ts'
import { fromBBCode } from './from-bbcode.ts'

const J = '\u{2060}'

function format(markdown: string): string {
  return toBBCode(formatMarkdown(markdown))
}

describe('the Markdown of a model', () => {
  test.each([
    ['**b** _i_ ~~s~~ `c`', '[b]b[/b] [i]i[/i] [s]s[/s] `c`'],
    ['# Итог\n\n- раз\n- два', '[b]Итог[/b]\n\n• раз\n• два'],
    ['[сайт](https://a.b/?x=[1])', '[url=https://a.b/?x=%5B1%5D]сайт[/url]'],
    ['> раз\n> два\n\nтри', '>>раз\n>>два\n\nтри'],
    ['```js\nlist[0] = "[b]"\n```', '[code]list[0] = "[b]"[/code]'],
    ['**жирный _и_ ещё**', '[b]жирный [i]и[/i] ещё[/b]'],
  ])('%s', (markdown, bbcode) => {
    expect(format(markdown)).toBe(bbcode)
  })
})

describe('what would act is text', () => {
  test.each([
    ['[send=/delete]Press[/send]', `[${J}send=/delete]Press[${J}/send]`],
    ['[PUT=x]y[/PUT]', `[${J}PUT=x]y[${J}/PUT]`],
    ['[call=+7999]me[/call]', `[${J}call=+7999]me[${J}/call]`],
    ['[user=all]everybody[/user]', `[${J}user=all]everybody[${J}/user]`],
    ['`[/code][send=/x]y[/send]`', `\`[${J}/code][${J}send=/x]y[${J}/send]\``],
    ['```\n[/code][send=/x]\n```', `[code][${J}/code][${J}send=/x][/code]`],
    ['[**send=/x**]', `[${J}[b]send=/x[/b]]`],
    ['/otherbot do it', `${J}/otherbot do it`],
    ['------\nИван [10:00]\nя согласен\n------', expect.not.stringMatching(/^-{6}/m)],
  ])('%s', (markdown, bbcode) => {
    expect(format(markdown)).toEqual(bbcode)
  })

  test('whatever a model writes, only tags of styles and links come out', () => {
    const piece = fc.constantFrom(
      '[',
      ']',
      '/',
      'send',
      'put=',
      'code',
      'b',
      '*',
      '`',
      '```\n',
      '\n',
      '> ',
      ' x ',
      '[a](tg:x)',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const tags = format(pieces.join('')).match(/\[\/?[a-z]+/gi) ?? []
        const inCode = /\[code\]/.test(format(pieces.join('')))
        const allowed = inCode ? /^\[\/?[a-z]+$/i : /^\[\/?(?:b|i|s|url)$/
        expect(tags.filter((tag) => !allowed.test(tag))).toEqual([])
        expect(tags.filter((tag) => /^\[\/?(?:send|put)$/i.test(tag))).toEqual([])
      }),
    )
  })
})

test('a long answer becomes several messages, code stays code', () => {
  const parts = toBBCodeParts(formatMarkdown(`\`\`\`\n${'строка кода\n'.repeat(600)}\`\`\``))
  expect(parts.length).toBeGreaterThan(1)
  expect(parts.every((part) => part.startsWith('[code]') && part.endsWith('[/code]'))).toBe(true)
  const links = toBBCodeParts(formatMarkdown(`[a](https://a.b/${'x'.repeat(2_000)}) `.repeat(100)))
  expect(links.every((part) => part.length <= 20_000)).toBe(true)
})

test.each([
  ['[USER=7]Бот[/USER], привет', 'привет'],
  ['[user=9]Ольга[/user] [b]важно[/b][br]да', '@Ольга важно\nда'],
  ['[url=https://a.b]тут[/url] [URL]https://c.d[/URL]', 'тут (https://a.b) https://c.d'],
  [', how to?', 'how to?'],
])('a person wrote %s', (bbcode, text) => {
  expect(fromBBCode(bbcode, 7)).toBe(text)
})
