import type { RichText, TextEntity } from '../../messaging/rich-text.ts'
import { splitText } from '../../messaging/split-text.ts'

/** Nobody sees it; a tag with it behind its bracket is text. */
const JOINER = '\u{2060}'

/** In code all else stays as it is: these would act, or end the code. Source: b24restdocs, message-formatting. */
const ACTING =
  'put|send|call|pch|user|chat|context|url|img|icon|disk|timestamp|attach|keyboard|rating|quote|code|br'

/** Guide 004 cuts at 4,000; what the tags add stays far below the 20,000 of a message and the 30 KB of imbot v1. */
const PART_LIMIT = 4_000
const LARGEST_BYTES = 28_000
const LARGEST_PART = 19_000

/** The messages a text becomes. */
export function toBBCodeParts(rich: RichText, limit: number = PART_LIMIT): readonly string[] {
  return splitText(rich, limit).flatMap((part) => {
    const text = toBBCode(part)
    const fits = text.length <= LARGEST_PART && Buffer.byteLength(text) <= LARGEST_BYTES
    return fits || limit < 2 ? [text] : toBBCodeParts(part, Math.floor(limit / 2))
  })
}

/**
 * A text in the form of Bitrix24. Only the styles of the rich text become tags: whatever else looks like a tag, a quote
 * or a command stays text, so that nothing a model or a person writes can press, call or mention for somebody.
 */
export function toBBCode({ text, entities }: RichText): string {
  const writer = new BBCodeWriter(text)
  const places = [0, text.length, ...entities.flatMap(({ offset, length }) => [offset, offset + length])]
  const stops = [...new Set(places)].toSorted((a, b) => a - b)
  for (const [index, from] of stops.entries()) {
    writer.close(from)
    for (const entity of entities) if (entity.offset === from && entity.length > 0) writer.open(entity)
    writer.write(from, stops[index + 1] ?? from)
  }
  return writer.finish()
}

class BBCodeWriter {
  readonly #text: string
  /** The innermost last. */
  #open: TextEntity[] = []
  #out = ''

  constructor(text: string) {
    this.#text = text.replaceAll('\u{0}', ' ')
  }

  open(entity: TextEntity): void {
    if (entity.type === 'blockquote' || entity.type === 'expandable_blockquote') this.#startQuote()
    this.#out += opening(entity)
    this.#open.push(entity)
  }

  close(at: number): void {
    while (this.#open.length > 0 && endOf(this.#open.at(-1)) <= at) {
      const entity = this.#open.pop()
      if (entity) this.#out += closing(entity)
      if (entity?.type === 'blockquote' && !/^\s*\n/.test(this.#text.slice(at)) && at < this.#text.length)
        this.#out += '\n'
    }
  }

  write(from: number, to: number): void {
    const inCode = this.#open.some(({ type }) => type === 'pre')
    const quoted = this.#open.some(({ type }) => type === 'blockquote')
    const text = disarm(this.#text.slice(from, to), inCode)
    this.#out += quoted ? text.replaceAll('\n', '\n>>') : text
  }

  finish(): string {
    const lines = this.#out.replaceAll(/^-{6,}/gm, (line) => '—'.repeat(line.length))
    // Another bot might take it for its command.
    return lines.replace(/^\/(?=\w)/, `${JOINER}/`)
  }

  #startQuote(): void {
    if (this.#out !== '' && !this.#out.endsWith('\n')) this.#out += '\n'
    this.#out += '>>'
  }
}

function endOf(entity: TextEntity | undefined): number {
  return entity === undefined ? 0 : entity.offset + entity.length
}

const TAGS = { bold: 'b', italic: 'i', strikethrough: 's', pre: 'code' } as const

function opening(entity: TextEntity): string {
  if (entity.type === 'code') return '`'
  if (entity.type === 'text_link') return linkOf(entity.url) ? `[url=${linkOf(entity.url)}]` : ''
  return entity.type in TAGS ? `[${TAGS[entity.type as keyof typeof TAGS]}]` : ''
}

function closing(entity: TextEntity): string {
  if (entity.type === 'code') return '`'
  if (entity.type === 'text_link') return linkOf(entity.url) ? '[/url]' : ` (${disarm(entity.url, false)})`
  return entity.type in TAGS ? `[/${TAGS[entity.type as keyof typeof TAGS]}]` : ''
}

/** Undefined for what is no address of the web. */
function linkOf(url: string): string | undefined {
  if (!/^https?:/i.test(url)) return undefined
  return url.replaceAll('[', '%5B').replaceAll(']', '%5D').replaceAll(/\s/g, '%20')
}

/** A bracket at the end might become a tag with what is written next. */
const ANY_TAG = /\[(?=\/?[a-z*]|\/?$)/gi
const ACTING_TAG = new RegExp(`\\[(?=/?(?:${ACTING})\\b|/?$)`, 'gi')

function disarm(text: string, inCode: boolean): string {
  const tags = text.replaceAll(inCode ? ACTING_TAG : ANY_TAG, `[${JOINER}`)
  return tags.replaceAll(/^>>/gm, `>${JOINER}>`)
}
