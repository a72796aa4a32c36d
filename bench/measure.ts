import { readdirSync, readFileSync } from 'node:fs'

/** The ids of all threads of a process, or of those of one name. */
export function threadsOf(pid: number, name?: string): readonly string[] {
  const all = readdirSync(`/proc/${pid}/task`)
  return all.filter(
    (thread) => !name || readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').trim() === name,
  )
}

/**
 * User and system time of all threads of a process, or of those of one name, in microseconds. From the scheduler's own
 * nanosecond counters, because `/proc/<pid>/stat` counts in steps of 10 ms.
 */
export function cpuMicros(pid: number, name?: string): number {
  let nanoseconds = 0
  for (const thread of threadsOf(pid, name)) {
    const counters = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')
    nanoseconds += Number(counters.slice(0, counters.indexOf(' ')))
  }
  return nanoseconds / 1_000
}

/** Resident memory of a process, in bytes. */
export function rssBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1_024
}

/** The value below which the share `p` (0 to 1) of `values` lies, nearest rank; NaN of nothing. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * p) - 1)] ?? Number.NaN
}

/** The middle one; of an even number the mean of the two middle ones; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}
