/** As many as guide 002's clients show, and as long. */
const MOST = 3
const LONGEST = 150

/** Suggestions as clients of guide 002 take them: at most 3, each of at most 150 characters. */
export function toSuggestions(items: readonly string[]): string[] {
  return items.slice(0, MOST).map((item) => {
    const letters = Array.from(item)
    return letters.length <= LONGEST ? item : `${letters.slice(0, LONGEST - 1).join('')}…`
  })
}
