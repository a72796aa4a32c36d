import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import type { Totals } from './number-store.ts'
import type { Schema } from './schema.ts'
import { milliseconds } from './sql-time.ts'
import type { TurnOutcome } from './store.ts'

/**
 * Rows get their time when their transaction begins and are seen when it ends; whatever is older than this has been
 * seen. Longer than a statement may take by default.
 */
const SETTLED_MS = 40_000

interface Sums {
  readonly outcomes: Record<TurnOutcome, number>
  readonly errors: Record<string, number>
  inputTokens: number
  outputTokens: number
  audioChunks: number
  characters: number
  conversations: number
}

/**
 * Adds up all turns without reading them all again: what can no longer change is kept as a sum, and only what ended
 * since is read. Every replica comes to the same numbers.
 */
export class TurnTotals {
  readonly #db: Kysely<Schema>
  #reading: Promise<Totals> | undefined
  #since = ''
  #settledUntil = '-infinity'
  #settled = noSums()

  constructor(db: Kysely<Schema>) {
    this.#db = db
  }

  /** Calls at the same time share one reading. */
  read(): Promise<Totals> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #read(): Promise<Totals> {
    const { since, settled } = await this.#bounds()
    if (since !== this.#since) {
      this.#since = since
      this.#settledUntil = since
      this.#settled = noSums()
    }
    const rows = await this.#sum(settled)
    const all = structuredClone(this.#settled)
    for (const row of rows) {
      addRow(all, row)
      if (row.settled) addRow(this.#settled, row)
    }
    this.#settledUntil = settled
    return all
  }

  /** As texts: a `Date` knows no microseconds. */
  async #bounds(): Promise<{ readonly since: string; readonly settled: string }> {
    const { rows } = await sql<{ readonly since: string; readonly settled: string }>`
      select b.since::text as since, greatest(b.since, now() - ${milliseconds(SETTLED_MS)})::text as settled
      from (select coalesce((select since from metrics_start), '-infinity'::timestamptz) as since) b`.execute(
      this.#db,
    )
    return rows[0] ?? { since: '-infinity', settled: '-infinity' }
  }

  async #sum(settled: string): Promise<readonly SumRow[]> {
    const { rows } = await selectSums({ after: this.#settledUntil, settled }).execute(this.#db)
    return rows
  }
}

interface SumRow {
  readonly settled: boolean
  /** Null in the rows that count conversations. */
  readonly outcome: TurnOutcome | null
  readonly errorCode: string | null
  readonly count: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly audioChunks: number
  readonly characters: number
}

export function selectSums({
  after,
  settled,
}: {
  readonly after: string
  readonly settled: string
}): RawBuilder<SumRow> {
  return sql<SumRow>`
    select ended_at <= ${settled}::timestamptz as settled, outcome, error_code as "errorCode",
      count(*)::float8 as count, sum(input_tokens)::float8 as "inputTokens",
      sum(output_tokens)::float8 as "outputTokens", sum(audio_chunks)::float8 as "audioChunks",
      sum(characters)::float8 as characters
    from turns where ended_at > ${after}::timestamptz group by 1, 2, 3
    union all
    select created_at <= ${settled}::timestamptz, null, null, count(*)::float8, 0, 0, 0, 0
    from conversations where created_at > ${after}::timestamptz group by 1`
}

function addRow(sums: Sums, row: SumRow): void {
  if (row.outcome === null) {
    sums.conversations += row.count
    return
  }
  sums.outcomes[row.outcome] += row.count
  if (row.errorCode !== null) sums.errors[row.errorCode] = (sums.errors[row.errorCode] ?? 0) + row.count
  sums.inputTokens += row.inputTokens
  sums.outputTokens += row.outputTokens
  sums.audioChunks += row.audioChunks
  sums.characters += row.characters
}

function noSums(): Sums {
  return {
    outcomes: { completed: 0, failed: 0, stopped: 0, interrupted: 0 },
    errors: {},
    inputTokens: 0,
    outputTokens: 0,
    audioChunks: 0,
    characters: 0,
    conversations: 0,
  }
}
