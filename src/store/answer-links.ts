import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { AnswerReference } from './feedback-store.ts'
import type { Schema } from './schema.ts'

/** How long a reference waits for others, in milliseconds; nobody reacts to an answer sooner. */
const GATHER_MS = 100

interface Batch {
  readonly references: AnswerReference[]
  readonly written: Promise<void>
}

/** Writes how channels call answers, those of a moment in one statement: one for each answer would cost more than it is worth. */
export class AnswerLinks {
  readonly #db: Kysely<Schema>
  #batch: Batch | undefined
  #written: Promise<void> = Promise.resolve()

  constructor(db: Kysely<Schema>) {
    this.#db = db
  }

  /** Resolves when it is written. */
  add(reference: AnswerReference): Promise<void> {
    this.#batch ??= this.#begin()
    this.#batch.references.push(reference)
    return this.#batch.written
  }

  /** Resolves when nothing waits; whoever added what failed has heard of it. */
  async settled(): Promise<void> {
    await this.#written.catch(() => undefined)
  }

  #begin(): Batch {
    const references: AnswerReference[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    setTimeout(resolve, GATHER_MS)
    const earlier = this.settled()
    const written = promise.then(async () => {
      this.#batch = undefined
      // The last one wins, and who waits for this one has waited for all.
      await earlier
      return write(this.#db, lastOfEach(references))
    })
    this.#written = written
    return { references, written }
  }
}

/** One statement may not change a row twice. */
function lastOfEach(references: readonly AnswerReference[]): readonly AnswerReference[] {
  const byName = references.map(
    (one) => [JSON.stringify([one.bot, one.channel, one.reference]), one] as const,
  )
  return [...new Map(byName).values()]
}

/** In one order, so that two servers that write the same do not block each other. */
async function write(db: Kysely<Schema>, links: readonly AnswerReference[]): Promise<void> {
  await sql`
    insert into turn_references (bot, channel, reference, turn_id)
    select link.bot, link.channel, link.reference, link.turn_id from unnest(
      ${links.map(({ bot }) => bot)}::text[], ${links.map(({ channel }) => channel)}::text[],
      ${links.map(({ reference }) => reference)}::text[], ${links.map(({ turnId }) => turnId)}::uuid[]
    ) as link (bot, channel, reference, turn_id)
    join turns on turns.id = link.turn_id
    order by link.bot, link.channel, link.reference
    on conflict (bot, channel, reference) do update set turn_id = excluded.turn_id, created_at = now()`.execute(
    db,
  )
}
