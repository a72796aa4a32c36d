import { randomUUID } from 'node:crypto'
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { Pool, PoolClient, QueryConfig } from 'pg'
import { breaksConnection, sqlState, toConnectionError, toStatementError } from './database-error.ts'

/** A transaction that changes the server's limit for its statements changes the driver's along with it. */
const LOCAL_LIMIT = /^set local statement_timeout = (\d+)$/

/** A statement that begins so is prepared under this name, once on each connection; its text never varies. */
const NAME = /^\/\* ([a-z-]+) \*\//

/** What a server says of a statement that a pooler in between has not kept for us: it is not there, or another's is. */
const NOT_KEPT = new Set(['26000', '42P05'])

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
  const shared = { ...options, keepsStatements: true }
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      try {
        const begun = performance.now()
        const client = await pool.connect()
        options.onWait?.(performance.now() - begun)
        const guarded = clients.get(client) ?? new GuardedClient(client, shared)
        clients.set(client, guarded)
        return guarded as unknown as PostgresPoolClient
      } catch (error) {
        throw toConnectionError(error)
      }
    },
  }
}

interface SharedState extends GuardOptions {
  /** False from the first statement on that was not kept. */
  keepsStatements: boolean
}

/** The part of a client that Kysely uses; a class, so that it stays the same object as long as the connection. */
class GuardedClient {
  readonly #client: PoolClient
  readonly #shared: SharedState
  readonly #standardLimitMs: number
  /** The embedded database has one session for all connections, and a pooler may give ours to others. */
  readonly #id = randomUUID().slice(0, 8)
  #limitMs: number
  #broken = false

  constructor(client: PoolClient, shared: SharedState) {
    this.#client = client
    this.#shared = shared
    this.#standardLimitMs = shared.queryTimeoutMs
    this.#limitMs = shared.queryTimeoutMs
  }

  async query(text: string, parameters: readonly unknown[]): Promise<unknown> {
    const local = LOCAL_LIMIT.exec(text)?.[1]
    if (local !== undefined) this.#limitMs = Number(local)
    const limit = this.#limitMs === 0 ? {} : { query_timeout: this.#limitMs + GRACE_MS }
    const query = { text, values: parameters.map(withoutNul), ...limit }
    const name = this.#shared.keepsStatements ? NAME.exec(text)?.[1] : undefined
    try {
      return await (name ? this.#queryPrepared({ ...query, name }) : this.#client.query(query))
    } catch (error) {
      this.#broken ||= breaksConnection(error)
      throw toStatementError(error)
    }
  }

  /** One that was not kept has not run. */
  async #queryPrepared({ name, ...query }: QueryConfig): Promise<unknown> {
    try {
      return await this.#client.query({ ...query, name: `${name}-${this.#id}` })
    } catch (error) {
      if (!NOT_KEPT.has(sqlState(error) ?? '')) throw error
      this.#shared.keepsStatements = false
      return await this.#client.query(query)
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
