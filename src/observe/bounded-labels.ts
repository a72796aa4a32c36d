/** What takes the place of values beyond the limit. */
const OTHER = 'other'

/**
 * Lets the first `limit` different sets of values be labels; those that come later count as `other`. Each set costs
 * dozens of series, and a scrape of thousands of them holds the event loop up.
 */
export class BoundedLabels {
  readonly #limit: number
  readonly #known = new Set<string>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** The values as they are, or each of them as `other`. */
  bound<Labels extends Readonly<Record<string, string>>>(
    labels: Labels,
  ): Readonly<Record<keyof Labels, string>> {
    const key = JSON.stringify(Object.values(labels))
    if (this.#known.has(key)) return labels
    if (this.#known.size < this.#limit) {
      this.#known.add(key)
      return labels
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same keys
    return Object.fromEntries(Object.keys(labels).map((name) => [name, OTHER])) as Record<
      keyof Labels,
      string
    >
  }
}
