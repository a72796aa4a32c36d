import type { Tokens } from 'marked'
import { decodeReferences } from './decode-references.ts'

/** A table in monospace: columns as wide as their widest cell. */
export function formatTable({ header, rows, align }: Tokens.Table): string {
  const lines = [header, ...rows].map((cells) => cells.map(({ text }) => toCell(text)))
  const widths = header.map((_, column) => Math.max(...lines.map((cells) => widthOf(cells[column] ?? ''))))
  const toLine = (cells: readonly string[]): string =>
    widths
      .map((width, column) => pad(cells[column] ?? '', width, align[column] === 'right'))
      .join(' │ ')
      .trimEnd()
  const [first = [], ...others] = lines
  const rule = widths.map((width) => '─'.repeat(width)).join('─┼─')
  return [toLine(first), rule, ...others.map(toLine)].join('\n')
}

/** Emphasis marks mean nothing in monospace. */
function toCell(text: string): string {
  const bare = text.replaceAll(/(\*\*|__|~~|`)(.+?)\1/g, '$2').replaceAll(/<br\s*\/?>/gi, ' ')
  return decodeReferences(bare)
}

function pad(text: string, width: number, right: boolean): string {
  const blank = ' '.repeat(width - widthOf(text))
  return right ? blank + text : text + blank
}

function widthOf(text: string): number {
  return Array.from(text).length
}
