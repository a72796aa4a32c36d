import type { ColumnType, Generated } from 'kysely'

/** A 64-bit number that stays small; the driver gives it as text. */
type Count = ColumnType<string, number | undefined, number>

export interface BitrixPortalTable {
  readonly origin: string
  readonly member_id: string
  /** Encrypted, as the other tokens are. */
  readonly access_token: string
  readonly refresh_token: string
  readonly auth_server: string
  readonly application_token: string | null
  readonly version: Count
  readonly bot_id: ColumnType<string | null, number | null, number | null>
  readonly bot_api: 'v1' | 'v2' | null
  readonly event_mode: 'fetch' | 'webhook' | null
  readonly refresh_owner: string | null
  readonly refresh_until: Date | null
  readonly fetch_owner: string | null
  readonly fetch_until: Date | null
  readonly fetch_offset: Count
  readonly installed_at: Generated<Date>
  readonly updated_at: Generated<Date>
}

export interface BitrixOAuthStateTable {
  readonly hash: string
  readonly session_hash: string
  readonly origin: string
  readonly expires_at: Date
}
