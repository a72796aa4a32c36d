import { LRUCache } from 'lru-cache'
import type { WordStore } from '../../store/store.ts'
import type { Chunk } from '../library.ts'
import { TermCounts } from './term-counts.ts'
import type { TermReader } from './terms.ts'

/** Bots whose counters are kept in memory, half a megabyte each. */
const MAX_BOTS = 64
/** How long counters may be behind what other processes added, in milliseconds. */
const FRESH_MS = 5_000

interface Kept {
  readonly version: string
  readonly counts: TermCounts
  readonly until: number
}

/** How rare words are in what each bot has read. */
export class BotTerms {
  readonly #store: WordStore
  readonly #reader: TermReader
  readonly #kept = new LRUCache<string, Kept>({ max: MAX_BOTS })

  constructor(store: WordStore, reader: TermReader) {
    this.#store = store
    this.#reader = reader
  }

  async of(bot: string): Promise<TermCounts> {
    const kept = this.#kept.get(bot)
    if (kept && kept.until > performance.now()) return kept.counts
    const stored = await this.#store.counts(bot, kept?.version ?? '-1')
    const { version = '0', counts = new TermCounts() } = stored
      ? { version: stored.version, counts: stored.counts && TermCounts.fromBytes(stored.counts) }
      : (kept ?? {})
    this.#kept.set(bot, { version, counts, until: performance.now() + FRESH_MS })
    return counts
  }

  async add(chunks: readonly Chunk[]): Promise<void> {
    for (const [bot, own] of Map.groupBy(chunks, (chunk) => chunk.bot)) {
      const added = new TermCounts()
      for (const chunk of own) added.add(this.#reader.read(toSearchedText(chunk)))
      await this.#store.changeCounts(bot, (bytes) => {
        const counts = bytes ? TermCounts.fromBytes(bytes) : new TermCounts()
        counts.addAll(added)
        return counts.toBytes()
      })
      this.#kept.delete(bot)
    }
  }
}

/** What a piece is found by: its text, with the path of headings in front. */
export function toSearchedText({ heading, text }: Pick<Chunk, 'heading' | 'text'>): string {
  return heading === '' ? text : `${heading}\n${text}`
}
