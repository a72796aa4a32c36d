import { describe, expect, test } from 'vitest'
import { startFakeTelegram } from '../../../test/fake-telegram.ts'

/** `type from-to`; the cases are those of tdlib/td, test/message_entities.cpp. */
describe('entities', () => {
  const parse = (short: string): object => {
    const [type, from, to] = short.split(/[ -]/)
    const url = type === 'text_link' && { url: 'https://t.me/' }
    return { type, offset: Number(from), length: Number(to) - Number(from), ...url }
  }
  const format = async (text: string, entities: readonly object[]): Promise<unknown> => {
    const { fake, call } = await startFakeTelegram()
    fake.open(42)
    const { description } = await call('sendMessage', { chat_id: 42, text, entities })
    const [sent] = fake.sent()
    const places = sent?.entities.map(({ type, offset, length }) => `${type} ${offset}-${offset + length}`)
    return description ?? [sent?.text, ...(places ?? [])]
  }

  test.each([
    ['abc', ['italic 1-2', 'italic 0-1'], ['abc', 'italic 0-2']],
    ['abc', ['italic 0-2', 'italic 1-3'], ['abc', 'italic 0-3']],
    ['abc', ['italic 0-2', 'bold 1-3'], ['abc', 'italic 0-1', 'bold 1-3', 'italic 1-2']],
    ['abc', ['italic 0-2', 'bold 2-3'], ['abc', 'italic 0-2', 'bold 2-3']],
    [
      'ab',
      ['underline 0-2', 'strikethrough 1-2'],
      ['ab', 'underline 0-1', 'underline 1-2', 'strikethrough 1-2'],
    ],
    ['ab', ['underline 0-2', 'spoiler 0-1'], ['ab', 'underline 0-2', 'spoiler 0-1']],
    [
      'ab',
      ['strikethrough 0-2', 'underline 1-2'],
      ['ab', 'strikethrough 0-1', 'underline 1-2', 'strikethrough 1-2'],
    ],
    ['a\rb', ['bold 0-1', 'italic 0-1', 'bold 2-3', 'italic 2-3'], ['ab', 'bold 0-2', 'italic 0-2']],
    ['abadcaba', ['text_link 0-4', 'text_link 2-6'], ['abadcaba', 'text_link 0-4']],
    ['a ', ['italic 0-2', 'bold 0-1'], ['a', 'bold 0-1', 'italic 0-1']],
    [
      '  /test @abaca #ORD $ABC  telegram.org ',
      [],
      [
        '/test @abaca #ORD $ABC  telegram.org',
        'bot_command 0-5',
        'mention 6-12',
        'hashtag 13-17',
        'cashtag 18-22',
        'url 24-36',
      ],
    ],
    [
      '@tests @tests',
      ['italic 0-13'],
      ['@tests @tests', 'mention 0-6', 'italic 0-6', 'italic 6-7', 'mention 7-13', 'italic 7-13'],
    ],
    ['code b', ['code 0-4', 'bold 0-6'], ['code b', 'code 0-4', 'bold 4-6']],
    ['quoted', ['blockquote 0-6', 'bold 0-6'], ['quoted', 'blockquote 0-6', 'bold 0-6']],
    ['a\u0007b', ['unknown 0-1', 'url 0-1'], ['a b']],
  ] as const)('%j with %j becomes %j', async (text, entities, expected) => {
    expect(await format(text, entities.map(parse))).toEqual(expected)
  })

  test.each([
    [
      'ab',
      'bold 0-3',
      'entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 3',
    ],
    ['ab', 'bold 2-3', 'entity begins after the end of the text at UTF-16 offset 2'],
    ['👉 a', 'bold 1-2', 'entity begins in a middle of a UTF-16 symbol at byte offset 4'],
    [
      '👉 a',
      'bold 0-1',
      'entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 4',
    ],
  ])('%j with %s is refused', async (text, entity, sentence) => {
    expect(await format(text, [parse(entity)])).toBe(`Bad Request: ${sentence}`)
  })
})

test('a link that leads nowhere is refused', async () => {
  const { fake, call } = await startFakeTelegram()
  fake.open(42)
  const entities = [{ type: 'text_link', offset: 0, length: 1, url: 'localhost' }]
  expect(await call('sendMessage', { chat_id: 42, text: 'x', entities })).toMatchObject({
    description: "Bad Request: entity URL 'localhost' is invalid: Wrong HTTP URL",
  })
})

describe('parse_mode', () => {
  const format = async (text: string, parse_mode: string): Promise<unknown> => {
    const { fake, call } = await startFakeTelegram()
    fake.open(42)
    const { description } = await call('sendMessage', { chat_id: 42, text, parse_mode })
    const [sent] = fake.sent()
    const places = sent?.entities.map(({ type, offset, length, url, language }) =>
      [type, `${offset}-${offset + length}`, url, language].filter(Boolean).join(' '),
    )
    return description ?? [sent?.text, ...(places ?? [])]
  }

  test.each([
    ['a &lt;b&gt; &amp; &#128075; &nbsp;', ['a <b> & 👋 &nbsp;']],
    ['👋 <b>bold <i>both</i></b>', ['👋 bold both', 'bold 3-8', 'bold 8-12', 'italic 8-12']],
    ['<a href="t.me">here</a>, <a>nowhere</a>', ['here, nowhere', 'text_link 0-4 http://t.me/']],
    ['<pre><code class="language-ts">let</code></pre>', ['let', 'pre 0-3 ts']],
    ['<span class="tg-spoiler">x</span> <code>y</code>', ['x y', 'spoiler 0-1', 'code 2-3']],
    ['<blockquote expandable>q</blockquote>', ['q', 'expandable_blockquote 0-1']],
    ['ä <x>', `Unsupported start tag "x" at byte offset 3`],
    ['<b>x', `Can't find end tag corresponding to start tag "b"`],
    ['<b>x</i>', `Unmatched end tag at byte offset 4, expected "</b>", found "</i>"`],
    ['x</i>', 'Unexpected end tag at byte offset 1'],
    ['<a href="x', 'Unclosed start tag at byte offset 0'],
    ['<span>x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
  ])('HTML: %s', async (text, expected) => {
    const sentence = typeof expected === 'string' && `Bad Request: can't parse entities: ${expected}`
    expect(await format(text, 'HTML')).toEqual(sentence || expected)
  })

  test.each([
    [
      '*b* _i_ __u__ ~s~ ||p|| `c`',
      [
        'b i u s p c',
        'bold 0-1',
        'italic 2-3',
        'underline 4-5',
        'strikethrough 6-7',
        'spoiler 8-9',
        'code 10-11',
      ],
    ],
    ['👋 \\*x\\. \\_', ['👋 *x. _']],
    ['[he*r*e](https://t.me/a\\)b)', ['here', 'text_link 0-4 https://t.me/a)b', 'bold 2-3']],
    ['```ts\nlet a*\n```', ['let a*', 'pre 0-6 ts']],
    ['`a.b`', ['a.b', 'code 0-3']],
    ['_a __b__ c_', ['a b c', 'italic 0-2', 'italic 2-5', 'underline 2-3']],
    ['>one\n>two\nthree', ['one\ntwo\nthree', 'blockquote 0-8']],
    ['>one||', ['one', 'expandable_blockquote 0-3']],
    ['Hi.', `Character '.' is reserved and must be escaped with the preceding '\\'`],
    ['a > b', `Character '>' is reserved and must be escaped with the preceding '\\'`],
    ['ä *x', `Can't find end of Bold entity at byte offset 3`],
    ['[x](y', `Can't find end of a URL at byte offset 4`],
  ])('MarkdownV2: %s', async (text, expected) => {
    const sentence = typeof expected === 'string' && `Bad Request: can't parse entities: ${expected}`
    expect(await format(text, 'MarkdownV2')).toEqual(sentence || expected)
  })

  test('others are refused', async () => {
    expect(await format('x', 'BBCode')).toBe('Bad Request: unsupported parse_mode')
    expect(await format('x', 'Markdown')).toContain('use MarkdownV2')
  })
})
