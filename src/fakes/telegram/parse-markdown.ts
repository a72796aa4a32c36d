import { toLinkEntity } from './check-link.ts'
import type { FormattedText } from './format-text.ts'
import { badRequest } from './telegram-error.ts'
import type { TelegramEntity } from './telegram-types.ts'

/** The server's own names; they stand in its sentences. */
type Kind =
  | 'Bold'
  | 'Italic'
  | 'Underline'
  | 'Strikethrough'
  | 'Spoiler'
  | 'Code'
  | 'Pre'
  | 'PreCode'
  | 'TextUrl'
  | 'CustomEmoji'
  | 'BlockQuote'

const MARKS: Readonly<Record<Kind, string>> = {
  Bold: '*',
  Italic: '_',
  Underline: '__',
  Strikethrough: '~',
  Spoiler: '||',
  Code: '`',
  Pre: '```',
  PreCode: '```',
  TextUrl: ']',
  CustomEmoji: ']',
  BlockQuote: '\n',
}

const TYPES: Readonly<Record<Kind, string>> = {
  Bold: 'bold',
  Italic: 'italic',
  Underline: 'underline',
  Strikethrough: 'strikethrough',
  Spoiler: 'spoiler',
  Code: 'code',
  Pre: 'pre',
  PreCode: 'pre',
  TextUrl: 'text_link',
  CustomEmoji: 'custom_emoji',
  BlockQuote: 'blockquote',
}

/** Longer marks first. */
const OPENERS: readonly (readonly [string, Kind])[] = [
  ['__', 'Underline'],
  ['_', 'Italic'],
  ['*', 'Bold'],
  ['~', 'Strikethrough'],
  ['||', 'Spoiler'],
  ['```', 'Pre'],
  ['`', 'Code'],
  ['![', 'CustomEmoji'],
  ['[', 'TextUrl'],
]

const RESERVED = new Set('_*[]()~`>#+-=|{}.!\n')

interface OpenEntity {
  readonly kind: Kind
  readonly language?: string
  /** In the text so far. */
  readonly offset: number
  /** In the source. */
  readonly start: number
}

/** parse_mode MarkdownV2 (tdlib/td, parse_markdown_v2). */
export function parseMarkdown(source: string): FormattedText {
  const reader = new MarkdownReader(source)
  return reader.read()
}

class MarkdownReader {
  readonly #source: string
  readonly #open: OpenEntity[] = []
  readonly #entities: TelegramEntity[] = []
  #text = ''
  #at = 0
  #quoteMayStart = true

  constructor(source: string) {
    this.#source = source
  }

  read(): FormattedText {
    while (this.#at < this.#source.length) {
      if (this.#isEscape(this.#at)) {
        this.#at++
        this.#copy()
      } else if (!this.#isReserved()) this.#copy()
      else if (this.#ends()) this.#close()
      else this.#begin()
    }
    this.#closeLastQuote()
    const unclosed = this.#open.at(-1)
    if (unclosed) throw this.#missingEnd(unclosed)
    return { text: this.#text, entities: this.#entities }
  }

  get #top(): OpenEntity | undefined {
    return this.#open.at(-1)
  }

  get #quoted(): boolean {
    return this.#open.some(({ kind }) => kind === 'BlockQuote')
  }

  #startsWith(mark: string): boolean {
    return this.#source.startsWith(mark, this.#at)
  }

  #isEscape(at: number): boolean {
    const next = this.#source.charCodeAt(at + 1)
    return this.#source[at] === '\\' && next > 0 && next <= 126
  }

  #copy(): void {
    const character = this.#source[this.#at] ?? ''
    this.#text += character
    this.#at++
    if (character !== '\r') this.#quoteMayStart = character === '\n'
  }

  #isReserved(): boolean {
    const character = this.#source[this.#at] ?? ''
    const inCode = ['Code', 'Pre', 'PreCode'].includes(this.#top?.kind ?? '')
    return inCode ? character === '`' : RESERVED.has(character)
  }

  #ends(): boolean {
    const top = this.#top
    if (!top) return false
    if (this.#quoted && this.#startsWith('\n') && !this.#startsWith('\n>')) return true
    if (top.kind === 'BlockQuote') return false
    return this.#startsWith(MARKS[top.kind]) && !(top.kind === 'Italic' && this.#startsWith('__'))
  }

  #begin(): void {
    const start = this.#at
    if (this.#startsWith('\n')) return this.#copy()
    if (this.#startsWith('>') && this.#quoteMayStart) {
      if (!this.#quoted) this.#open.push({ kind: 'BlockQuote', offset: this.#text.length, start })
      this.#at++
      return
    }
    const [mark, kind] = OPENERS.find(([mark]) => this.#startsWith(mark)) ?? []
    if (mark === undefined || kind === undefined)
      throw refuse(
        `Character '${this.#source[start]}' is reserved and must be escaped with the preceding '\\'`,
      )
    this.#at += mark.length
    const language = kind === 'Pre' ? this.#readLanguage() : undefined
    const offset = this.#text.length
    if (language === undefined) this.#open.push({ kind, offset, start })
    else this.#open.push({ kind: 'PreCode', language, offset, start })
  }

  /** Also skips the line break behind it. */
  #readLanguage(): string | undefined {
    const rest = this.#source.slice(this.#at)
    const language = /^[^\s`]+(?=\s)/.exec(rest)?.[0]
    this.#at += language?.length ?? 0
    this.#at += /^(?:\r\n|\n\r|\n|\r)/.exec(this.#source.slice(this.#at))?.[0].length ?? 0
    return language
  }

  #close(): void {
    if (this.#startsWith('\n')) return this.#closeQuote()
    const closed = this.#open.pop()
    if (!closed) return
    const covered = this.#text.slice(closed.offset)
    this.#at += MARKS[closed.kind].length
    const type = this.#describe(closed, covered)
    if (type && covered !== '')
      this.#entities.push({ ...type, offset: closed.offset, length: covered.length })
  }

  #describe(
    { kind, language }: OpenEntity,
    covered: string,
  ): Omit<TelegramEntity, 'offset' | 'length'> | undefined {
    if (kind === 'TextUrl') return toLinkEntity(this.#startsWith('(') ? this.#readAddress('a URL') : covered)
    if (kind !== 'CustomEmoji') return { type: TYPES[kind], ...(language !== undefined && { language }) }
    if (!this.#startsWith('(')) throw refuse('Custom emoji entity must contain a tg://emoji URL')
    const id = /^tg:\/\/emoji\?id=(\d+)$/.exec(this.#readAddress('a custom emoji URL'))?.[1]
    if (id === undefined) throw refuse('Custom emoji URL must have an emoji identifier')
    return { type: 'custom_emoji', custom_emoji_id: id }
  }

  #readAddress(what: string): string {
    const begin = ++this.#at
    let address = ''
    while (this.#at < this.#source.length && !this.#startsWith(')')) {
      if (this.#isEscape(this.#at)) this.#at++
      address += this.#source[this.#at++]
    }
    if (!this.#startsWith(')'))
      throw refuse(`Can't find end of ${what} at byte offset ${this.#bytesTo(begin)}`)
    this.#at++
    return address
  }

  /** At the line break behind a quote; `||` before it makes the quote expandable. */
  #closeQuote(): void {
    const last = this.#top
    const expandable = last?.kind === 'Spoiler' && /^\|\|\r?$/.test(this.#source.slice(last.start, this.#at))
    if (expandable) this.#open.pop()
    const quote = this.#open.pop()
    if (quote?.kind !== 'BlockQuote') throw this.#missingEnd(quote)
    this.#copy()
    this.#addQuote(quote, expandable)
  }

  #closeLastQuote(): void {
    if (!this.#quoted) return
    const expandable = this.#top?.kind === 'Spoiler' && this.#top.start === this.#source.length - 2
    if (expandable) this.#open.pop()
    if (this.#top?.kind !== 'BlockQuote') return
    this.#addQuote(this.#top, expandable)
    this.#open.pop()
  }

  #addQuote({ offset }: OpenEntity, expandable: boolean): void {
    const length = this.#text.length - offset
    const type = expandable ? 'expandable_blockquote' : 'blockquote'
    if (length > 0) this.#entities.push({ type, offset, length })
  }

  #missingEnd(entity: OpenEntity | undefined): Error {
    return refuse(
      `Can't find end of ${entity?.kind ?? ''} entity at byte offset ${this.#bytesTo(entity?.start ?? 0)}`,
    )
  }

  #bytesTo(at: number): number {
    return Buffer.byteLength(this.#source.slice(0, at))
  }
}

function refuse(sentence: string): Error {
  return badRequest(`can't parse entities: ${sentence}`)
}
