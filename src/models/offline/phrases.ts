/** A stretch of text: `[start, end)`. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * Compiles phrases to one expression that matches whole words, in any script, ignoring case. A `*` at the end of
 * a word stands for any ending (`добав*`), a space for any white space.
 *
 * @param phrases Separated by commas.
 */
export function compilePhrases(phrases: string): RegExp {
  const longestFirst = phrases.split(/\s*,\s*/).toSorted((a, b) => b.length - a.length)
  const sources = longestFirst.map((phrase) =>
    phrase
      .trim()
      .replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll('*', String.raw`\p{L}*`)
      .replaceAll(/\s+/g, String.raw`\s+`)
      .replaceAll("'", "['’]")
      .replaceAll('ё', '[её]'),
  )
  return new RegExp(String.raw`(?<![\p{L}\p{N}_])(?:${sources.join('|')})(?![\p{L}\p{N}_])`, 'iu')
}

/** Where `pattern` first matches, or undefined. */
export function findSpan(text: string, pattern: RegExp): Span | undefined {
  const match = pattern.exec(text)
  return match ? { start: match.index, end: match.index + match[0].length } : undefined
}

/** Replaces the span by a line break, which no later phrase reads across. */
export function cutSpan(text: string, { start, end }: Span): string {
  return `${text.slice(0, start).trimEnd()}\n${text.slice(end).trimStart()}`
}
