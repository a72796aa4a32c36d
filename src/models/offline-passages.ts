import type { Passage } from '../messages.ts'
import { contentWords, hasWord } from './offline-words.ts'

export interface PassageAnswer {
  /** Markdown with a `[n]` behind what each passage says; `n` counts passages from 1. */
  readonly text: string
  /** The cited passages in order of appearance, counted from 0. */
  readonly cited: readonly number[]
}

/** A sentence, a list item or a block of code with the sentence that introduces it. */
interface Unit {
  readonly passage: number
  readonly order: number
  readonly text: string
  readonly words: readonly string[]
}

const ANSWER_UNITS = 3

/** At least this share of the question's meaning has to be in what is quoted. */
const ENOUGH = 0.5

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
  const chosen = scored
    .filter(({ score }) => score >= Math.max(ENOUGH, best.score * 0.75))
    .slice(0, ANSWER_UNITS)
  return writeAnswer(chosen.map(({ unit }) => unit))
}

/** Quotes of one passage stand together and are cited once; the passage of the best quote comes first. */
function writeAnswer(units: readonly Unit[]): PassageAnswer {
  const cited = [...new Set(units.map(({ passage }) => passage))]
  const paragraphs = cited.map((passage) => {
    const texts = units.filter((unit) => unit.passage === passage).toSorted((a, b) => a.order - b.order)
    const joined = joinUnits([...new Set(texts.map(({ text }) => text))])
    return joined.endsWith('```') ? `${joined}\n[${passage + 1}]` : `${joined} [${passage + 1}]`
  })
  return { text: paragraphs.join('\n\n'), cited }
}

function joinUnits(texts: readonly string[]): string {
  return texts
    .reduce((joined, text) => `${joined}${/\n|^[-*|]/.test(text + joined) ? '\n' : ' '}${text}`, '')
    .trim()
}

/** Words that are in few sentences say more about what is asked. */
function weigh(word: string, units: readonly Unit[]): number {
  const holding = units.filter((unit) => hasWord(unit.words, word)).length
  return Math.log(1 + (units.length + 1) / (holding + 0.5))
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

function splitUnits(text: string, passage: number): readonly Unit[] {
  const blocks = text.split(/(```[\s\S]*?(?:```|$))/u)
  const texts: string[] = []
  for (const block of blocks) {
    if (!block.startsWith('```')) texts.push(...splitSentences(block))
    else if (texts.at(-1)?.endsWith(':')) texts.push(`${texts.pop()}\n${block}`)
    else texts.push(block)
  }
  return texts.map((unit, order) => ({ passage, order, text: unit, words: contentWords(unit) }))
}

/** Lines of lists and tables stand alone; other lines are joined to paragraphs and cut at sentence ends. */
function splitSentences(block: string): readonly string[] {
  const lines = block.replaceAll(/\n(?=\s*(?:[-*+|>#]|\d+\.)\s?)/g, '\n\n').split(/\n\s*\n/u)
  return lines
    .flatMap((line) => line.replaceAll(/\s*\n\s*/g, ' ').split(/(?<=[.!?…])\s+(?=[\p{Lu}\d"«`*[])/u))
    .map((sentence) => sentence.trim().replace(/^#+\s*/, ''))
    .filter((sentence) => /\p{L}/u.test(sentence))
}
