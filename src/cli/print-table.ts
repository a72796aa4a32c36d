import { stripVTControlCharacters } from 'node:util'
import type { Writable } from 'node:stream'
import { paint } from './paint.ts'

const WIDEST_CELL = 60

/** Prints rows under their headings, as wide as needed; long cells are cut, and what is not text is left out. */
export function printTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  out: Writable,
): void {
  const cells = rows.map((row) => row.map((cell) => toCell(cell)))
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map((row) => lengthOf(row[column]))),
  )
  const pad = (row: readonly string[]): string =>
    row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - lengthOf(cell))).join('  ')
  const lines = [paint(out, 'bold', pad(headings)), ...cells.map((row) => pad(row))]
  out.write(lines.map((line) => `${line.trimEnd()}\n`).join(''))
}

function toCell(text: string): string {
  const characters = Array.from(stripVTControlCharacters(text).replaceAll(/[\s\p{Cc}]+/gu, ' '))
  return characters.length <= WIDEST_CELL
    ? characters.join('')
    : `${characters.slice(0, WIDEST_CELL - 1).join('')}…`
}

function lengthOf(text = ''): number {
  return Array.from(text).length
}
