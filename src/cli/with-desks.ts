import { userInfo } from 'node:os'
import { loadConfig } from '../config.ts'
import { AppError } from '../errors.ts'
import type { FlagDesk } from '../flags/flags.ts'
import type { RolloutDesk } from '../rollout/rollout.ts'
import type { Terminal } from './command.ts'
import { createQuietLog } from './create-quiet-log.ts'
import { loadProject } from './load-project.ts'
import { openRemoteDesks } from './remote-desks.ts'

/** What commands change while servers run. */
export interface Desks {
  flags(): Promise<FlagDesk>
  rollouts(): Promise<RolloutDesk>
}

/** Opens the database of the environment, or, when a server has the embedded one, speaks to that server. */
export async function withDesks<Result>(
  terminal: Terminal,
  use: (desks: Desks) => Promise<Result>,
): Promise<Result> {
  const config = loadConfig(terminal.env)
  const app = await import('../app.ts')
  const log = createQuietLog(config, terminal)
  const store = await app.openDatabase(config, log).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'data_folder_in_use') return undefined
    throw error
  })
  if (!store) {
    const remote = await openRemoteDesks(config)
    return use({ flags: async () => remote.flags, rollouts: async () => remote.rollouts })
  }
  try {
    await store.check()
    return await use({
      flags: () => app.openFlags({ config, store }),
      rollouts: async () => {
        const project = await loadProject(terminal.cwd)
        return app.openRolloutDesk({ config, log, store, project })
      },
    })
  } finally {
    await store.close()
  }
}

/** Who runs the command, and why, for the record. */
export function toOrder(reason: string | boolean | undefined): {
  readonly actor: string
  readonly reason: string
} {
  return { actor: userName(), reason: typeof reason === 'string' && reason !== '' ? reason : 'none given' }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'an operator'
  }
}
