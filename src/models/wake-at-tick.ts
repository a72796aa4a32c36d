/** Short beside what a piece waits, and long beside what it costs. */
const TICK_MS = 5

/** Those who wait for a tick, by its number. */
const waiting = new Map<number, Set<() => void>>()

/**
 * Calls `wake` at the first tick at or after `due`, in milliseconds as `performance.now()` counts, together with all others
 * who wait for that tick: the process wakes once for all of them, and its code is warm for all but the first. Returns
 * what takes the wish back.
 */
export function wakeAtTick(due: number, wake: () => void): () => void {
  const tick = Math.ceil(due / TICK_MS)
  const others = waiting.get(tick) ?? openTick(tick)
  others.add(wake)
  return () => others.delete(wake)
}

function openTick(tick: number): Set<() => void> {
  const wakes = new Set<() => void>()
  waiting.set(tick, wakes)
  const ring = (): void => {
    waiting.delete(tick)
    for (const wake of wakes) wake()
  }
  setTimeout(ring, tick * TICK_MS - performance.now())
  return wakes
}
