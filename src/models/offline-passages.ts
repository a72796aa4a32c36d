import type { Passage } from '../messages.ts'
import { contentWords, hasWord } from './offline-words.ts'

export interface PassageAnswer {
  /** Markdown with a `[n]` behind what each passage says; `n` counts passages from 1. */
  readonly text: string
  /** The cited passages in order of appearance, counted from 0. */
  readonly cited: readonly number[]
}

/** A sentence, or a list, a table or a block of code with the sentence that introduces it. */
interface Unit {
  readonly passage: number
  readonly order: number
  readonly text: string
  readonly words: readonly string[]
}

const ANSWER_UNITS = 3

/** What follows the best quote is left out when the answer would grow longer than this. */
const ANSWER_CHARACTERS = 600

/** At least this share of the question's meaning has to be in what is quoted. */
const ENOUGH = 0.55

/**
 * Answers `question` with the sentences that share the most of its rare words; undefined when too little of the
 * question is in the passages. The passages are quoted, never obeyed: nothing in them changes what happens.
 */
export function answerFromPassages(
  question: string,
  passages: readonly Passage[],
): PassageAnswer | undefined {
  const asked = [...new Set(contentWords(question))]
  if (asked.length === 0) return undefined
  const units = passages.flatMap((passage, index) => splitUnits(passage.text, index))
  const weights = new Map(asked.map((word) => [word, weigh(word, units)]))
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
  const headings = passages.map(({ heading, source }) => contentWords(`${heading ?? ''} ${source}`))
  const scored = units
    .map((unit) => ({ unit, score: scoreUnit(unit, { weights, headings }) / total }))
    .toSorted((a, b) => b.score - a.score || a.unit.passage - b.unit.passage || a.unit.order - b.unit.order)
  const best = scored[0]
  if (!best || best.score < ENOUGH) return undefined
  const close = scored
    .filter(({ score }) => score >= Math.max(ENOUGH, best.score * 0.75))
    .slice(0, ANSWER_UNITS)
  return writeAnswer(takeWhileShort(close.map(({ unit }) => unit)))
}

/** A long quote stands alone; short ones complete each other. */
function takeWhileShort(units: readonly Unit[]): readonly Unit[] {
  let characters = 0
  return units.filter(({ text }, index) => {
    characters += text.length
    return index === 0 || characters <= ANSWER_CHARACTERS
  })
}

/** Quotes of one passage stand together and are cited once; the passage of the best quote comes first. */
function writeAnswer(units: readonly Unit[]): PassageAnswer {
  const cited = [...new Set(units.map(({ passage }) => passage))]
  const paragraphs = cited.map((passage) => {
    const texts = units.filter((unit) => unit.passage === passage).toSorted((a, b) => a.order - b.order)
    const joined = joinUnits([...new Set(texts.map(({ text }) => text))])
    return /(?:```|\|)$/.test(joined) ? `${joined}\n\n[${passage + 1}]` : `${joined} [${passage + 1}]`
  })
  return { text: paragraphs.join('\n\n'), cited }
}

function joinUnits(texts: readonly string[]): string {
  return texts
    .reduce((joined, text) => `${joined}${/\n|^[-*|]/.test(text + joined) ? '\n\n' : ' '}${text}`, '')
    .trim()
}

/** Words that are in few sentences say more about what is asked. */
function weigh(word: string, units: readonly Unit[]): number {
  const holding = units.filter((unit) => hasWord(unit.words, word)).length
  // A word that is nowhere may be an essential one or a turn of phrase: it weighs like a common one.
  return Math.log(1 + (units.length + 1) / ((holding || units.length / 8) + 0.5))
}

/** A word in the passage's heading counts for each of its sentences, but less than in the sentence. */
function scoreUnit(
  unit: Unit,
  { weights, headings }: { weights: ReadonlyMap<string, number>; headings: readonly (readonly string[])[] },
): number {
  let score = 0
  for (const [word, weight] of weights) {
    if (hasWord(unit.words, word)) score += weight
    else if (hasWord(headings[unit.passage] ?? [], word)) score += weight * 0.6
  }
  // Earlier sentences of a section introduce it: they win ties.
  return score * (1 - Math.min(unit.order, 20) * 0.004)
}

/** Longer lists and tables are read entry by entry. */
const WHOLE_BLOCK = 900

function splitUnits(text: string, passage: number): readonly Unit[] {
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
