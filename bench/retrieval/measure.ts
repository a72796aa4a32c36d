import type { Search } from './bm25.ts'
import type { Corpus } from './corpus.ts'

export interface Quality {
  readonly recall1: number
  readonly recall5: number
  readonly mrr: number
}

/** How high the right paragraph stands, over all questions. What is not in the list counts as not found. */
export async function measureQuality({ paragraphs }: Corpus, search: Search): Promise<Quality> {
  const ranks: number[] = []
  for (const [place, { questions }] of paragraphs.entries())
    for (const question of questions) ranks.push((await search(question)).indexOf(place) + 1)
  const share = (most: number): number =>
    ranks.filter((rank) => rank > 0 && rank <= most).length / ranks.length
  return {
    recall1: share(1),
    recall5: share(5),
    mrr: ranks.reduce((sum, rank) => sum + (rank > 0 ? 1 / rank : 0), 0) / ranks.length,
  }
}

export interface Latency {
  readonly p50: number
  readonly p95: number
}

/** Asks one after another; in milliseconds. The first twenty warm up and do not count. */
export async function measureLatency(
  questions: readonly string[],
  ask: (question: string) => Promise<unknown>,
): Promise<Latency> {
  const times: number[] = []
  for (const question of questions) {
    const began = performance.now()
    await ask(question)
    times.push(performance.now() - began)
  }
  const sorted = times.slice(20).toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
  return { p50: at(0.5), p95: at(0.95) }
}
