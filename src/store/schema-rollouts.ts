import type { ColumnType, Generated } from 'kysely'
import type { RolloutStatus } from './rollout-store.ts'

/** The tables of flags, rollouts and the record of their changes. */
export interface RolloutSchema {
  flags: FlagTable
  rollouts: RolloutTable
  audit_entries: AuditEntryTable
}

export interface FlagTable {
  readonly name: string
  readonly enabled: boolean
  readonly percentage: number
  readonly allow: string[]
  readonly deny: string[]
  readonly variant: string
  readonly changed_at: Generated<Date>
}

export interface RolloutTable {
  readonly id: string
  readonly bot: string
  readonly stable: string
  readonly candidate: string
  readonly status: RolloutStatus
  readonly stage: Generated<number>
  /** JSON text, as `tally` and `judgement`. */
  readonly options: string
  readonly options_hash: string
  readonly version: Generated<number>
  readonly fence: Generated<number>
  readonly reason: string
  readonly tally: string | null
  readonly judgement: string | null
  readonly started_at: Generated<Date>
  readonly stage_started_at: Generated<Date>
  readonly held_since: Date | null
  readonly evaluated_at: Date | null
  readonly changed_at: Generated<Date>
  readonly ended_at: Date | null
}

/** A trigger refuses to change or delete rows. */
export interface AuditEntryTable {
  readonly position: number
  readonly at: ColumnType<Date, Date, never>
  readonly actor: string
  readonly topic: 'flag' | 'rollout'
  readonly name: string
  readonly subject: string | null
  /** JSON text, as `after` and `detail`. */
  readonly before: string | null
  readonly after: string | null
  readonly reason: string
  readonly detail: string | null
  readonly previous_hash: string
  readonly hash: string
}
