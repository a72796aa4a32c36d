import type { Block } from './block.ts'
import { cleanLine, cleanText } from './clean-text.ts'
import { Headings } from './headings.ts'

/** A line of a page, as it is printed. */
export interface Line {
  readonly text: string
  /** Of its letters, in points. */
  readonly height: number
  /** From the bottom of the page, in points. */
  readonly y: number
}

/** Headings are so much larger than the text. */
const HEADING_SCALE = 1.15
const LONGEST_HEADING = 120
const HEADING_LEVELS = 4
/** Lines of one paragraph are no farther apart, in heights of their letters. */
const PARAGRAPH_GAP = 1.8

/** Makes paragraphs and headings of printed lines. */
export class PageLayout {
  readonly #pages: (readonly Line[])[] = []

  addPage(lines: readonly Line[]): void {
    this.#pages.push(lines)
  }

  toBlocks(): readonly Block[] {
    const sizes = this.#headingSizes()
    const headings = new Headings()
    const blocks: Block[] = []
    for (const [index, lines] of this.#pages.entries()) {
      for (const paragraph of toParagraphs(lines, sizes)) {
        const text = joinLines(paragraph)
        const level = sizes.indexOf(roundSize(paragraph[0]?.height ?? 0))
        if (level !== -1) headings.enter(level, cleanLine(text))
        else blocks.push({ path: headings.path.length > 0 ? headings.path : [`p. ${index + 1}`], text })
      }
    }
    return headings.withLonely(blocks)
  }

  /** The sizes of letters that headings have, the largest first. */
  #headingSizes(): readonly number[] {
    const lines = this.#pages.flat()
    const text = usualSize(lines)
    const larger = lines.filter(({ height, text: words }) => height >= text * HEADING_SCALE && mayHead(words))
    return [...new Set(larger.map(({ height }) => roundSize(height)))]
      .toSorted((a, b) => b - a)
      .slice(0, HEADING_LEVELS)
  }
}

function mayHead(text: string): boolean {
  return text.length <= LONGEST_HEADING && /\p{L}{2}/u.test(text)
}

function roundSize(height: number): number {
  return Math.round(height * 2) / 2
}

/** The size that most letters have. */
function usualSize(lines: readonly Line[]): number {
  const letters = new Map<number, number>()
  for (const { text, height } of lines) {
    const size = roundSize(height)
    letters.set(size, (letters.get(size) ?? 0) + text.length)
  }
  return [...letters].reduce((most, next) => (next[1] > most[1] ? next : most), [0, 0])[0]
}

function toParagraphs(lines: readonly Line[], headingSizes: readonly number[]): readonly (readonly Line[])[] {
  const paragraphs: Line[][] = []
  for (const line of lines) {
    const before = paragraphs.at(-1)?.at(-1)
    if (before && continues(line, before, headingSizes)) paragraphs.at(-1)?.push(line)
    else paragraphs.push([line])
  }
  return paragraphs
}

function continues(line: Line, before: Line, headingSizes: readonly number[]): boolean {
  const heading = (size: number): number => headingSizes.indexOf(roundSize(size))
  if (heading(line.height) !== heading(before.height)) return false
  return Math.abs(before.y - line.y) <= Math.max(line.height, before.height, 1) * PARAGRAPH_GAP
}

/** Words that were parted at the end of a line are whole again. */
function joinLines(lines: readonly Line[]): string {
  return cleanText(
    lines
      .map(({ text }) => text.trim())
      .join('\n')
      .replaceAll(/(?<=\p{Ll})-\n(?=\p{Ll})/gu, ''),
  )
}
