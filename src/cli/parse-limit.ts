import { UsageError, type Invocation } from './command.ts'

const BY_DEFAULT = 50
const MOST = 10_000

/** The option `--limit`: how many rows are shown at most. */
export function parseLimit({ limit }: Invocation['options']): number {
  const rows = Number(limit ?? BY_DEFAULT)
  if (Number.isInteger(rows) && rows >= 1 && rows <= MOST) return rows
  throw new UsageError(`--limit takes a whole number from 1 to ${MOST}.`)
}
