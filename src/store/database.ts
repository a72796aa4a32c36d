import type { Pool } from 'pg'

/** A database that runs: a server elsewhere, or the embedded one. */
export interface Database {
  readonly kind: 'embedded' | 'postgres'
  readonly pool: Pool
  /**
   * One connection for what somebody waits for who must be told soon: an acknowledgement is not to stand in line behind
   * the statements of all answers. The same as `pool` when a server allows but one connection.
   */
  readonly priorityPool: Pool
  /** The limit the driver keeps beside the server's, in milliseconds; 0 where something else keeps it. */
  readonly queryTimeoutMs: number
  /** One line for people; holds no secret. */
  describe(): string
  close(): Promise<void>
}

export interface DatabaseOptions {
  readonly poolSize: number
  readonly connectTimeoutMs: number
  readonly queryTimeoutMs: number
  readonly onWarning: (message: string, error?: unknown) => void
}
