/** The usual one of reciprocal rank fusion: how little the first places are set apart. */
const SMOOTHING = 60

/** Reciprocal rank fusion: what stands high in several lists comes first. */
export function fuseRanks(
  lists: readonly (readonly string[])[],
): readonly { readonly id: string; readonly score: number }[] {
  const scores = new Map<string, number>()
  for (const list of lists)
    for (const [rank, id] of list.entries())
      scores.set(id, (scores.get(id) ?? 0) + 1 / (SMOOTHING + rank + 1))
  return [...scores].map(([id, score]) => ({ id, score })).toSorted((a, b) => b.score - a.score)
}
