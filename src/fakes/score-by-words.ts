/** How many words of the query each text holds, from 0 to 1, best first. */
export function scoreByWords(
  query: string,
  texts: readonly string[],
): readonly { readonly index: number; readonly score: number }[] {
  const asked = toWords(query)
  return texts
    .map((text, index) => {
      const words = toWords(text)
      return { index, score: [...asked].filter((word) => words.has(word)).length / (asked.size || 1) }
    })
    .toSorted((a, b) => b.score - a.score)
}

function toWords(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu))
}
