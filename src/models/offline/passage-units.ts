import { contentWords } from './words.ts'

/** A sentence, or a list, a table or a block of code with the sentence that introduces it. */
export interface Unit {
  /** The passage it stands in, counted from 0. */
  readonly passage: number
  /** Its place in the passage, counted from 0. */
  readonly order: number
  readonly text: string
  readonly words: readonly string[]
}

/** Longer lists and tables are read entry by entry. */
const WHOLE_BLOCK = 900

/** Parts a passage into what can be quoted on its own. */
export function splitUnits(text: string, passage: number): readonly Unit[] {
  const texts: string[] = []
  for (const block of splitBlocks(text)) {
    const introduced = texts.at(-1)?.endsWith(':') && isWhole(block)
    if (introduced) texts.push(`${texts.pop()}\n\n${block}`)
    else texts.push(...(isWhole(block) ? [block] : splitSentences(block)))
  }
  return texts.map((unit, order) => ({ passage, order, text: unit, words: contentWords(unit) }))
}

/** Blocks of code stay whole; the rest is parted at empty lines and where a list or a table begins. */
function splitBlocks(text: string): readonly string[] {
  return text
    .split(/(```[\s\S]*?(?:```|$))/u)
    .flatMap((part) =>
      part.startsWith('```') ? part : part.split(/\n[ \t]*\n|(?<=^[^|\n-].*)\n(?=\s*(?:[-*+|]|\d+\.)\s)/mu),
    )
    .map((block) => block.trim())
    .filter((block) => /\p{L}/u.test(block))
}

function isWhole(block: string): boolean {
  return block.startsWith('```') || (/^(?:\||[-*+]\s|\d+\.\s)/.test(block) && block.length <= WHOLE_BLOCK)
}

/** Lines of long lists and tables stand alone; other lines are joined to paragraphs and cut at sentence ends. */
function splitSentences(block: string): readonly string[] {
  const lines = block.replaceAll(/\n(?=\s*(?:[-*+|>#]|\d+\.)\s?)/g, '\n\n').split(/\n\s*\n/u)
  return lines
    .flatMap((line) => line.replaceAll(/\s*\n\s*/g, ' ').split(/(?<=[.!?…])\s+(?=[\p{Lu}\d"«`*[])/u))
    .map((sentence) => sentence.trim().replace(/^#+\s*/, ''))
    .filter((sentence) => /\p{L}/u.test(sentence))
}
