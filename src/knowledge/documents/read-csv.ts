import { parse } from 'csv-parse/sync'
import { AppError } from '../../errors.ts'
import type { Block, ReadTask } from './block.ts'
import { cleanLine } from './clean-text.ts'
import { decodeText } from './decode-text.ts'

const SEPARATORS = [',', ';', '\t', '|'] as const

/** Each row of a table as one block that names its columns: `Name: Ada; City: Paris`. */
export function readCsv({ bytes }: ReadTask): readonly Block[] {
  const text = decodeText(bytes)
  const rows = parseRows(text)
  const [header = [], ...body] = rows
  if (body.length === 0) return [{ path: [], text: header.join('; ') }]
  return body.map((row) => ({ path: [], text: describeRow(row, header) }))
}

function parseRows(text: string): readonly (readonly string[])[] {
  try {
    const rows = parse(text, {
      bom: true,
      delimiter: findSeparator(text),
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    })
    return rows.map((row) => row.map(cleanLine)).filter((row) => row.some((cell) => cell !== ''))
  } catch (error) {
    throw new AppError('document_damaged', { cause: error })
  }
}

/** The separator that the first line has the most of, outside quotes. */
function findSeparator(text: string): string {
  const line = text.replaceAll(/"[^"]*"/g, '').split(/\r?\n/, 1)[0] ?? ''
  const counted = SEPARATORS.map((separator) => ({ separator, count: line.split(separator).length }))
  return counted.reduce((best, next) => (next.count > best.count ? next : best)).separator
}

function describeRow(row: readonly string[], header: readonly string[]): string {
  return row
    .map((cell, index) => ({ cell, column: header[index] ?? '' }))
    .filter(({ cell }) => cell !== '')
    .map(({ cell, column }) => (column === '' ? cell : `${column}: ${cell}`))
    .join('; ')
}
