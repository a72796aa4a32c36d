import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

const CORES = availableParallelism()

/** Whether processes can be kept apart: two cores and `taskset` (util-linux). */
export const canPin: boolean = CORES > 1 && spawnSync('taskset', ['--version']).status === 0

/**
 * Keeps every thread of a process on the first core (`relay`) or off it (`harness`). Where the scheduler moves them
 * about, who wakes whom decides the figures more than the relay does.
 */
export function pin(pid: number, side: 'relay' | 'harness'): void {
  if (!canPin) return
  const cores = side === 'relay' ? '0' : `1-${CORES - 1}`
  spawnSync('taskset', ['--all-tasks', '--pid', '--cpu-list', cores, `${pid}`])
}
