/** Random numbers from 0 to 1 that begin the same for the same seed. Source: Tommy Ettinger's mulberry32. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** How many of `total` happen, each with this chance: jumps from one to the next, as most chances here are small. */
export function drawCount(random: () => number, total: number, chance: number): number {
  if (chance <= 0 || total <= 0) return 0
  if (chance > 0.5) return total - drawCount(random, total, 1 - chance)
  const log = Math.log1p(-chance)
  let count = 0
  for (let at = jump(random, log); at <= total; at += jump(random, log)) count++
  return count
}

/** Tries until the next success, that one included. */
function jump(random: () => number, log: number): number {
  return Math.floor(Math.log(1 - random()) / log) + 1
}
