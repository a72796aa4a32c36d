import { parse, type DefaultTreeAdapterTypes } from 'parse5'
import type { Block, ReadTask } from './block.ts'
import { cleanLine, cleanText } from './clean-text.ts'
import { decodeText } from './decode-text.ts'
import { Headings } from './headings.ts'

type Node = DefaultTreeAdapterTypes.ChildNode
type Element = DefaultTreeAdapterTypes.Element

/** What readers of a page do not read. */
const UNSEEN = new Set(
  'script style noscript template svg math iframe object canvas audio video select button head'.split(' '),
)
/** What stands on lines of its own. */
const BLOCKS = new Set(
  (
    'address article aside blockquote body dd details dialog div dl dt fieldset figcaption figure footer form header hr ' +
    'html li main nav ol p pre section summary table tbody tfoot thead tr ul caption'
  ).split(' '),
)

/** The text of a web page below its headings; scripts, styles and what is hidden are left out. */
export function readHtml({ bytes }: Pick<ReadTask, 'bytes'>): readonly Block[] {
  return readMarkup(decodeText(bytes, declaredEncoding(bytes)))
}

/** The same of markup that was decoded already. */
export function readMarkup(html: string): readonly Block[] {
  const document = parse(html)
  const reader = new PageReader()
  reader.read(document.childNodes)
  return reader.end(titleOf(document.childNodes))
}

function declaredEncoding(bytes: Uint8Array): string | undefined {
  const begin = Buffer.from(bytes.subarray(0, 1_024)).toString('latin1')
  return /<(?:meta[^>]*?charset|\?xml[^>]*?encoding)\s*=\s*["']?([\w-]+)/i.exec(begin)?.[1]
}

class PageReader {
  readonly #headings = new Headings()
  readonly #blocks: Block[] = []
  #text = ''
  #list = 0

  end(title: string): readonly Block[] {
    this.#flush()
    const blocks = this.#headings.withLonely(this.#blocks)
    const untitled = title === '' || blocks.some(({ path }) => path.length > 0)
    return untitled ? blocks : blocks.map(({ text }) => ({ path: [title], text }))
  }

  read(nodes: readonly Node[]): void {
    for (const node of nodes) {
      if ('value' in node) this.#text += node.value.replaceAll(/\s+/g, ' ')
      else if ('tagName' in node && isSeen(node)) this.#readElement(node)
    }
  }

  #readElement(element: Element): void {
    const { tagName, childNodes } = element
    const level = /^h([1-6])$/.exec(tagName)?.[1]
    if (level !== undefined) this.#readHeading(Number(level), childNodes)
    else if (tagName === 'br') this.#text += '\n'
    else if (tagName === 'pre') this.#readVerbatim(element)
    else if (tagName === 'tr') this.#readRow(element)
    else if (tagName === 'ul' || tagName === 'ol') this.#readList(element)
    else if (BLOCKS.has(tagName)) this.#readBlock(childNodes)
    else this.read(childNodes)
  }

  #readHeading(level: number, nodes: readonly Node[]): void {
    this.#flush()
    this.#headings.enter(level, cleanLine(textOf(nodes)))
  }

  #readBlock(nodes: readonly Node[]): void {
    this.#flush()
    this.read(nodes)
    this.#flush()
  }

  #readVerbatim({ childNodes }: Element): void {
    this.#flush()
    this.#push(cleanText(textOf(childNodes)), '')
  }

  #readRow({ childNodes }: Element): void {
    const cells = childNodes
      .filter(
        (node): node is Element => 'tagName' in node && (node.tagName === 'td' || node.tagName === 'th'),
      )
      .map((cell) => cleanLine(textOf(cell.childNodes)))
      .filter((cell) => cell !== '')
    this.#flush()
    this.#text = cells.join(' | ')
    this.#flush('\n')
  }

  #readList({ childNodes }: Element): void {
    this.#flush()
    this.#list++
    for (const node of childNodes) {
      if (!('tagName' in node) || !isSeen(node)) continue
      this.#text += '- '
      this.read(node.childNodes)
      if (this.#text.trim() === '-') this.#text = ''
      this.#flush('\n')
    }
    this.#list--
  }

  /** Ends a block; `join` puts it onto the one before it, such as the entries of a list. */
  #flush(join = this.#list > 0 ? '\n' : ''): void {
    const text = cleanText(this.#text.replaceAll(/ *\n */g, '\n').replaceAll(/^ +/gm, ''))
    this.#text = ''
    this.#push(text, join)
  }

  #push(text: string, join: string): void {
    if (text === '') return
    const { path } = this.#headings
    const before = this.#blocks.at(-1)
    const joins = join !== '' && before && before.path.join('\n') === path.join('\n') && isEntry(before.text)
    if (joins) this.#blocks[this.#blocks.length - 1] = { path, text: `${before.text}${join}${text}` }
    else this.#blocks.push({ path, text })
  }
}

/** The last line is an entry of a list or a row of a table. */
function isEntry(text: string): boolean {
  return /^- | \| /.test(text.slice(text.lastIndexOf('\n') + 1))
}

function isSeen({ tagName, attrs }: Element): boolean {
  return !UNSEEN.has(tagName) && !attrs.some(isHiding)
}

function isHiding({ name, value }: Element['attrs'][number]): boolean {
  if (name === 'hidden') return true
  if (name === 'aria-hidden') return value === 'true'
  return name === 'style' && /display\s*:\s*none|visibility\s*:\s*hidden/i.test(value)
}

function textOf(nodes: readonly Node[]): string {
  return nodes
    .map((node) => {
      if ('value' in node) return node.value
      if (!('tagName' in node) || !isSeen(node)) return ''
      return node.tagName === 'br' ? '\n' : textOf(node.childNodes)
    })
    .join('')
}

function titleOf(nodes: readonly Node[]): string {
  for (const name of ['html', 'head', 'title']) {
    const element = nodes.find((node): node is Element => 'tagName' in node && node.tagName === name)
    if (!element) return ''
    nodes = element.childNodes
  }
  return cleanLine(nodes.map((node) => ('value' in node ? node.value : '')).join(''))
}
