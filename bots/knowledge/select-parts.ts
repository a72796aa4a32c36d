/** A part of a document, counted from 1. */
export interface DocumentPart {
  readonly number: number
  readonly text: string
}

export interface SelectedParts {
  readonly parts: readonly DocumentPart[]
  /** How many parts the document has. */
  readonly count: number
}

/** About 6,000 tokens in all, which every model of today can read. */
const PART_CHARACTERS = 2_400
const MOST_PARTS = 10

/** Cuts a text between its paragraphs and, when it is long, keeps parts that are spread evenly over it, the first included. */
export function selectParts(text: string): SelectedParts {
  const parts = cut(text).map((part, index) => ({ number: index + 1, text: part }))
  const count = parts.length
  const step = Math.max(1, (count - 1) / (MOST_PARTS - 1))
  const kept = new Set(Array.from({ length: MOST_PARTS }, (_, index) => Math.round(index * step) + 1))
  return { parts: parts.filter(({ number }) => kept.has(number)), count }
}

function cut(text: string): readonly string[] {
  const parts: string[] = []
  for (const paragraph of text.split(/\n\n+/).flatMap((long) => split(long))) {
    const last = parts.at(-1)
    if (last !== undefined && last.length + paragraph.length <= PART_CHARACTERS)
      parts[parts.length - 1] = `${last}\n\n${paragraph}`
    else parts.push(paragraph)
  }
  return parts
}

/** A paragraph longer than a part, at white space. */
function split(paragraph: string): readonly string[] {
  const pieces = paragraph.match(
    new RegExp(String.raw`\S[^]{0,${PART_CHARACTERS - 1}}(?=\s|$)|\S{1,${PART_CHARACTERS}}`, 'gu'),
  )
  return pieces ?? []
}
