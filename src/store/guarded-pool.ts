import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { Pool, PoolClient } from 'pg'
import { breaksConnection, toConnectionError, toStatementError } from './database-error.ts'

/** A transaction that changes the server's limit for its statements changes the driver's along with it. */
const LOCAL_LIMIT = /^set local statement_timeout = (\d+)$/

/** How much longer than the server the driver waits: a server that went silent keeps no limit of its own. */
const GRACE_MS = 1000

export interface GuardOptions {
  /** The server's limit for one statement, in milliseconds; 0 for none. */
  readonly queryTimeoutMs: number
  /** Told how long each connection was waited for, in milliseconds. Default: nobody. */
  readonly onWait?: (ms: number) => void
}

/**
 * The driver's pool as Kysely uses it. Every room's statements pass here, so this is the one place where errors
 * get their code, where waiting has an end, and where texts lose what PostgreSQL cannot store.
 */
export function guardPool(pool: Pool, options: GuardOptions): PostgresPool {
  const clients = new WeakMap<PoolClient, GuardedClient>()
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      try {
        const begun = performance.now()
        const client = await pool.connect()
        options.onWait?.(performance.now() - begun)
        const guarded = clients.get(client) ?? new GuardedClient(client, options)
        clients.set(client, guarded)
        return guarded as unknown as PostgresPoolClient
      } catch (error) {
        throw toConnectionError(error)
      }
    },
  }
}

/** The part of a client that Kysely uses; a class, so that it stays the same object as long as the connection. */
class GuardedClient {
  readonly #client: PoolClient
  readonly #standardLimitMs: number
  #limitMs: number
  #broken = false

  constructor(client: PoolClient, { queryTimeoutMs }: GuardOptions) {
    this.#client = client
    this.#standardLimitMs = queryTimeoutMs
    this.#limitMs = queryTimeoutMs
  }

  async query(text: string, parameters: readonly unknown[]): Promise<unknown> {
    const local = LOCAL_LIMIT.exec(text)?.[1]
    if (local !== undefined) this.#limitMs = Number(local)
    const limit = this.#limitMs === 0 ? {} : { query_timeout: this.#limitMs + GRACE_MS }
    try {
      return await this.#client.query({ text, values: parameters.map(withoutNul), ...limit })
    } catch (error) {
      this.#broken ||= breaksConnection(error)
      throw toStatementError(error)
    }
  }

  release(discard?: boolean): void {
    this.#limitMs = this.#standardLimitMs
    // The driver would hand a broken one to the next caller until it has noticed by itself.
    this.#client.release(discard === true || this.#broken)
  }
}

/** PostgreSQL refuses U+0000 in every text; the replacement character keeps the rest of it. */
function withoutNul(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value
  return Array.isArray(value) ? value.map(withoutNul) : value
}
