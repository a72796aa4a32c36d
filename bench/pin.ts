import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { threadsOf } from './measure.ts'

const CORES = availableParallelism()

/** Whether processes can be kept apart: two cores and `taskset` (util-linux). */
export const canPin: boolean = CORES > 1 && spawnSync('taskset', ['--version']).status === 0

/** The thread of an embedded database. */
export const DATABASE_THREAD = 'database'

/**
 * Keeps every thread of a process on the first core (`relay`) or off it (`harness`). Where the scheduler moves them
 * about, who wakes whom decides the figures more than the relay does. The thread of an embedded database may go
 * anywhere, as the processes of PostgreSQL do.
 */
export function pin(pid: number, side: 'relay' | 'harness'): void {
  if (!canPin) return
  allow(pid, side === 'relay' ? '0' : `1-${CORES - 1}`, ['--all-tasks'])
  for (const thread of threadsOf(pid, DATABASE_THREAD)) allow(thread, `0-${CORES - 1}`)
}

function allow(id: number | string, cores: string, options: readonly string[] = []): void {
  spawnSync('taskset', [...options, '--pid', '--cpu-list', cores, `${id}`])
}
