import { lexer, type MarkedToken, type Token, type Tokens } from 'marked'
import { formatTable } from './format-table.ts'
import { RichTextWriter, type RichText } from './rich-text.ts'
import { decodeReferences } from './decode-references.ts'
import { toLinkAddress } from './link-address.ts'

/**
 * The Markdown of a model as text with entities, which Telegram cannot misread as it can a `parse_mode`. What
 * Telegram has no form for becomes text: headings are bold, lists have bullets, tables are monospace. What is nested
 * deeper than any reader goes down is left as it is written.
 */
export function formatMarkdown(markdown: string): RichText {
  try {
    const writer = new RichTextWriter()
    writeBlocks(lexer(markdown), { writer, quoted: false, indent: '' })
    return writer.finish()
  } catch (error) {
    // The lexer calls itself for each level, and the stack ends somewhere.
    if (!(error instanceof RangeError)) throw error
    const writer = new RichTextWriter()
    writer.write(markdown)
    return writer.finish()
  }
}

interface Place {
  readonly writer: RichTextWriter
  /** Inside a quotation: Telegram has none within another. */
  readonly quoted: boolean
  /** What the lines of a nested list begin with. */
  readonly indent: string
}

function writeBlocks(tokens: readonly Token[], place: Place): void {
  let begun = false
  for (const token of tokens) {
    if (token.type === 'space' || token.type === 'def') continue
    if (begun) place.writer.write('\n\n')
    writeBlock(known(token), place)
    begun = true
  }
}

/** The lexer makes no token of its own making. */
function known(token: Token): MarkedToken {
  return token as MarkedToken
}

function writeBlock(token: MarkedToken, place: Place): void {
  const { writer } = place
  switch (token.type) {
    case 'heading':
      return writer.style({ type: 'bold' }, () => writeInline(token.tokens, writer))
    case 'code':
      return writeCode(token, writer)
    case 'blockquote':
      return writeQuote(token, place)
    case 'list':
      return writeList(token, place)
    case 'table':
      return writer.style({ type: 'pre' }, () => writer.write(formatTable(token)))
    case 'hr':
      return writer.write('———')
    case 'html':
      return writer.write(token.raw.trimEnd())
    default:
      return writeInline([token], writer)
  }
}

function writeCode({ text, lang = '' }: Tokens.Code, writer: RichTextWriter): void {
  const [language = ''] = decodeReferences(lang).split(/\s/)
  writer.style({ type: 'pre', ...(language !== '' && { language }) }, () => writer.write(text))
}

function writeQuote({ tokens }: Tokens.Blockquote, place: Place): void {
  const content = (): void => writeBlocks(tokens, { ...place, quoted: true })
  if (place.quoted || place.indent !== '') content()
  else place.writer.style({ type: 'blockquote' }, content)
}

function writeList({ items, ordered, start }: Tokens.List, place: Place): void {
  const { writer, indent } = place
  items.forEach((item, index) => {
    if (index > 0) writer.startLine()
    const number = (start === '' ? 1 : start) + index
    writer.write(`${indent}${ordered ? `${number}. ` : '• '}`)
    writeItem(item, { ...place, indent: `${indent}   ` })
  })
}

function writeItem({ tokens }: Tokens.ListItem, place: Place): void {
  let begun = false
  for (const token of tokens) {
    if (token.type === 'space') continue
    const inline = token.type === 'text' || token.type === 'checkbox' || token.type === 'paragraph'
    if (begun && !inline) place.writer.startLine()
    else if (begun && token.type === 'paragraph') place.writer.write(`\n${place.indent}`)
    writeBlock(known(token), place)
    begun = token.type !== 'checkbox'
  }
}

function writeInline(tokens: readonly Token[], writer: RichTextWriter): void {
  for (const token of tokens) writeSpan(known(token), writer)
}

const STYLES = { strong: 'bold', em: 'italic', del: 'strikethrough' } as const

function writeSpan(token: MarkedToken, writer: RichTextWriter): void {
  switch (token.type) {
    case 'strong':
    case 'em':
    case 'del':
      return writer.style({ type: STYLES[token.type] }, () => writeInline(token.tokens, writer))
    case 'codespan':
      return writer.style({ type: 'code' }, () => writer.write(token.text))
    case 'link':
      return writeLink(token, writer)
    case 'image':
      return writeImage(token, writer)
    case 'text':
    case 'paragraph':
      return token.tokens ? writeInline(token.tokens, writer) : writer.write(decodeReferences(token.text))
    default:
      return writer.write(toWords(token))
  }
}

/** Spans without content of their own. */
function toWords(token: MarkedToken): string {
  if (token.type === 'escape') return token.text
  if (token.type === 'checkbox') return token.checked ? '☑ ' : '☐ '
  if (token.type === 'br' || /^<br\s*\/?>$/i.test(token.raw)) return '\n'
  return token.raw
}

function writeLink({ href, text, tokens, autolink }: Tokens.Link, writer: RichTextWriter): void {
  // Telegram finds addresses that stand for themselves.
  if (autolink || href === text) return writer.write(text)
  const url = toLinkAddress(href)
  if (url) return writer.style({ type: 'text_link', url }, () => writeInline(tokens, writer))
  writeInline(tokens, writer)
  writer.write(` (${href})`)
}

function writeImage({ href, text }: Tokens.Image, writer: RichTextWriter): void {
  const url = toLinkAddress(href)
  const words = text || href
  if (url) writer.style({ type: 'text_link', url }, () => writer.write(words))
  else writer.write(text ? `${text} (${href})` : href)
}
