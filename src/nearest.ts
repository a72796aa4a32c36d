/**
 * The candidate that a misspelt `word` most likely meant, or undefined when none is within `maxDistance` edits
 * (a letter added, left out, exchanged, or two neighbours swapped).
 */
export function nearest<Word extends string>(
  word: string,
  candidates: Iterable<Word>,
  maxDistance: (candidate: Word) => number,
): Word | undefined {
  let best: Word | undefined
  let bestDistance = Infinity
  const letters = lettersOf(word)
  for (const candidate of candidates) {
    const limit = Math.min(maxDistance(candidate), bestDistance - 1)
    if (Math.abs(candidate.length - word.length) > limit) continue
    // An edit adds one letter and takes one away at most; for most words this is the end of it.
    if (countBits(letters ^ lettersOf(candidate)) > 2 * limit) continue
    const distance = editDistance(word, candidate, limit)
    if (distance === undefined) continue
    best = candidate
    bestDistance = distance
  }
  return best
}

/** Which letters occur, a bit each; some share one. */
function lettersOf(word: string): number {
  let letters = 0
  for (let i = 0; i < word.length; i++) letters |= 1 << (word.charCodeAt(i) & 31)
  return letters
}

function countBits(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++
  return count
}

/** Optimal string alignment, row by row; undefined when it is more than `limit`. */
function editDistance(a: string, b: string, limit: number): number | undefined {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        last[j]! + 1,
        row[j - 1]! + 1,
        last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
        swapped ? beforeLast[j - 2]! + 1 : Infinity,
      )
    }
    // A swap reaches back over one row, and no further row is cheaper than the cheapest of both.
    if (Math.min(...row, ...last) > limit) return undefined
    beforeLast = last
    last = row
  }
  const distance = last[b.length]!
  return distance > limit ? undefined : distance
}
