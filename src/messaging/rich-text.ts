/**
 * A stretch of text that looks different. `offset` and `length` count UTF-16 units, as JavaScript strings do. Source:
 * Bot API, MessageEntity.
 */
export type TextEntity =
  | {
      readonly type: 'bold' | 'italic' | 'strikethrough' | 'code' | 'blockquote' | 'expandable_blockquote'
      readonly offset: number
      readonly length: number
    }
  | { readonly type: 'pre'; readonly offset: number; readonly length: number; readonly language?: string }
  | { readonly type: 'text_link'; readonly offset: number; readonly length: number; readonly url: string }

/** How a stretch looks, without its place. */
export type TextStyle =
  | { readonly type: Exclude<TextEntity['type'], 'pre' | 'text_link'> }
  | { readonly type: 'pre'; readonly language?: string }
  | { readonly type: 'text_link'; readonly url: string }

/** A text as Telegram takes it. */
export interface RichText {
  readonly text: string
  readonly entities: readonly TextEntity[]
}

/** Puts a rich text together, from its begin to its end. */
export class RichTextWriter {
  #text = ''
  readonly #entities: TextEntity[] = []

  write(text: string): void {
    this.#text += text
  }

  /** Writes on a line of its own: ends the line that was begun. */
  startLine(): void {
    if (this.#text !== '' && !this.#text.endsWith('\n')) this.#text += '\n'
  }

  /** What `content` writes gets the style. */
  style(style: TextStyle, content: () => void): void {
    const offset = this.#text.length
    const place = this.#entities.length
    content()
    const length = this.#text.trimEnd().length - offset
    if (length > 0) this.#entities.splice(place, 0, { ...style, offset, length })
  }

  append({ text, entities }: RichText): void {
    const shift = this.#text.length
    this.#text += text
    this.#entities.push(...entities.map((entity) => ({ ...entity, offset: entity.offset + shift })))
  }

  get length(): number {
    return this.#text.length
  }

  /** Without white space at the end. */
  finish(): RichText {
    return { text: this.#text.trimEnd(), entities: this.#entities }
  }
}

export function plainText(text: string): RichText {
  return { text, entities: [] }
}
