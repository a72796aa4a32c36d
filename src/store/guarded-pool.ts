import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { Pool, PoolClient } from 'pg'
import { breaksConnection, toConnectionError, toStatementError } from './database-error.ts'

/**
 * The driver's pool as Kysely uses it. Every room's statements pass here, so this is the one place where errors
 * get their code and where texts lose what PostgreSQL cannot store.
 */
export function guardPool(pool: Pool): PostgresPool {
  const clients = new WeakMap<PoolClient, PostgresPoolClient>()
  const guard = (client: PoolClient): PostgresPoolClient => {
    const known = clients.get(client) ?? guardClient(client)
    clients.set(client, known)
    return known
  }
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      try {
        return guard(await pool.connect())
      } catch (error) {
        throw toConnectionError(error)
      }
    },
  }
}

function guardClient(client: PoolClient): PostgresPoolClient {
  let broken = false
  const query = async (text: string, parameters: readonly unknown[]): Promise<unknown> => {
    try {
      return await client.query(text, parameters.map(withoutNul))
    } catch (error) {
      broken ||= breaksConnection(error)
      throw toStatementError(error)
    }
  }
  return {
    query: query as unknown as PostgresPoolClient['query'],
    // The driver would hand it to the next caller until it has noticed by itself.
    release: (discard) => client.release(discard === true || broken),
  }
}

/** PostgreSQL refuses U+0000 in every text; the replacement character keeps the rest of it. */
function withoutNul(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value
  return Array.isArray(value) ? value.map(withoutNul) : value
}
