import { toLinkEntity } from './check-link.ts'
import type { FormattedText } from './format-text.ts'
import { badRequest } from './telegram-error.ts'
import type { TelegramEntity } from './telegram-types.ts'

const TYPES: Readonly<Record<string, string>> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  'tg-spoiler': 'spoiler',
  span: 'spoiler',
  a: 'text_link',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
  'tg-emoji': 'custom_emoji',
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' }

interface OpenTag {
  readonly tag: string
  readonly attributes: ReadonlyMap<string, string>
  readonly offset: number
}

/** parse_mode HTML (tdlib/td, parse_html), without tg-time. */
export function parseHtml(source: string): FormattedText {
  const open: OpenTag[] = []
  const entities: TelegramEntity[] = []
  let text = ''
  let at = 0
  while (at < source.length) {
    if (source[at] !== '<') {
      const [piece, length] = readCharacter(source, at)
      text += piece
      at += length
    } else if (source[at + 1] === '/') {
      const end = readEnd(source, at, open.at(-1)?.tag)
      const closed = open.pop()
      if (closed) addEntity(entities, closed, text)
      at = end
    } else {
      const { tag, attributes, end } = readStart(source, at)
      open.push({ tag, attributes, offset: text.length })
      at = end
    }
  }
  const [unclosed] = open.slice(-1)
  if (unclosed) throw refuse(`Can't find end tag corresponding to start tag "${unclosed.tag}"`)
  return { text, entities }
}

function refuse(sentence: string): Error {
  return badRequest(`can't parse entities: ${sentence}`)
}

function bytesTo(source: string, at: number): number {
  return Buffer.byteLength(source.slice(0, at))
}

/** The character at this place and how long it is written; what is no known reference stands for itself. */
function readCharacter(source: string, at: number): readonly [string, number] {
  const [written, name, decimal, hex] =
    /^&(?:([a-z]+)|#(\d+)|#x([\da-f]+));?/i.exec(source.slice(at, at + 12)) ?? []
  const plain = [source[at] ?? '', 1] as const
  if (written === undefined) return plain
  if (name !== undefined) return name in NAMED ? [NAMED[name] ?? '', written.length] : plain
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
  return code > 0 && code <= 0x10_ff_ff ? [String.fromCodePoint(code), written.length] : plain
}

/** Where the end tag ends. */
function readEnd(source: string, at: number, expected: string | undefined): number {
  const place = bytesTo(source, at)
  if (expected === undefined) throw refuse(`Unexpected end tag at byte offset ${place}`)
  const [written, name = ''] = /^<\/([^\s>]*)\s*>/.exec(source.slice(at)) ?? []
  if (written === undefined) throw refuse(`Unclosed end tag at byte offset ${place}`)
  if (name !== '' && name.toLowerCase() !== expected)
    throw refuse(
      `Unmatched end tag at byte offset ${place}, expected "</${expected}>", found "</${name.toLowerCase()}>"`,
    )
  return at + written.length
}

const START = /^<([^\s>]*)((?:\s+[^\s=>]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']+))?)*)\s*>/
const ATTRIBUTE = /([^\s=>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?/g

function readStart(source: string, at: number): Omit<OpenTag, 'offset'> & { readonly end: number } {
  const place = bytesTo(source, at)
  const rest = source.slice(at)
  const tag = /^<([^\s>]*)/.exec(rest)?.[1]?.toLowerCase() ?? ''
  if (rest.length === tag.length + 1) throw refuse(`Unclosed start tag at byte offset ${place}`)
  if (!(tag in TYPES)) throw refuse(`Unsupported start tag "${tag}" at byte offset ${place}`)
  const [written, , list = ''] = START.exec(rest) ?? []
  if (written === undefined) throw refuse(`Unclosed start tag at byte offset ${place}`)
  const attributes = new Map(
    [...list.matchAll(ATTRIBUTE)].map(([, name = '', ...values]) => [
      name.toLowerCase(),
      values.find((value) => value !== undefined) ?? '',
    ]),
  )
  if (tag === 'span' && attributes.get('class') !== 'tg-spoiler')
    throw refuse(`Tag "span" must have class "tg-spoiler" at byte offset ${place}`)
  return { tag, attributes, end: at + written.length }
}

function addEntity(entities: TelegramEntity[], { tag, attributes, offset }: OpenTag, text: string): void {
  const place = { offset, length: text.length - offset }
  if (place.length === 0) return
  const last = entities.at(-1)
  const sameCode = last?.type === 'code' && last.offset === offset && last.length === place.length
  if (tag === 'pre' && sameCode) {
    const { language } = last
    entities.splice(-1, 1, { type: 'pre', ...place, ...(language !== undefined && { language }) })
    return
  }
  const type = describe(tag, attributes, text.slice(offset))
  if (type) entities.push({ ...type, ...place })
}

function describe(
  tag: string,
  attributes: ReadonlyMap<string, string>,
  covered: string,
): Omit<TelegramEntity, 'offset' | 'length'> | undefined {
  const type = TYPES[tag] ?? ''
  if (tag === 'a') return toLinkEntity(attributes.get('href') || covered)
  if (tag === 'tg-emoji') return { type, custom_emoji_id: attributes.get('emoji-id') ?? '' }
  if (tag === 'blockquote' && attributes.has('expandable')) return { type: 'expandable_blockquote' }
  const language = tag === 'code' ? /^language-(.+)/.exec(attributes.get('class') ?? '')?.[1] : undefined
  return language === undefined ? { type } : { type, language }
}
