import { loadConfig } from '../config.ts'
import type { OpenStore } from '../store/open-store.ts'
import type { Terminal } from './command.ts'
import { createQuietLog } from './create-quiet-log.ts'

/** Opens the database of the environment for one command, and closes it. Throws when its tables are not up to date. */
export async function withStore<Result>(
  terminal: Terminal,
  use: (store: OpenStore) => Promise<Result>,
): Promise<Result> {
  const config = loadConfig(terminal.env)
  const { openDatabase } = await import('../app.ts')
  const store = await openDatabase(config, createQuietLog(config, terminal))
  try {
    await store.check()
    return await use(store)
  } finally {
    await store.close()
  }
}
