import type { StoredMessage, TurnOutcome } from './store.ts'

/** A message of an outer join: `id` is null in the one row of a conversation without messages. */
export interface MessageRow {
  readonly id: string | null
  readonly role: 'user' | 'assistant'
  readonly text: string
  readonly created_at: Date
  readonly outcome?: TurnOutcome | null
}

export function toMessages(rows: readonly MessageRow[]): readonly StoredMessage[] {
  return rows.flatMap(({ id, role, text, created_at: createdAt, outcome }) =>
    id === null ? [] : [{ id, role, text, createdAt, ...(outcome && { outcome }) }],
  )
}
