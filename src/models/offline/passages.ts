import type { Passage } from '../../messages.ts'
import { splitUnits, type Unit } from './passage-units.ts'
import { contentWords, hasWord } from './words.ts'

export interface PassageAnswer {
  /** Markdown with a `[n]` behind what each passage says; `n` counts passages from 1. */
  readonly text: string
  /** The cited passages in order of appearance, counted from 0. */
  readonly cited: readonly number[]
}

/** How much each word of the question says. */
type Weights = ReadonlyMap<string, number>

const ANSWER_UNITS = 3

/** What follows the best quote is left out when the answer would grow longer than this. */
const ANSWER_CHARACTERS = 600

/** At least this share of the question's meaning has to be in what is quoted. */
const ENOUGH = 0.55

/** How a question is put, which documents do not repeat: "How long does … take?", "… something?". */
const TURNS_OF_PHRASE =
  /(?<!\p{L})(?:how\s+(?:long|much|many|often|soon|fast|quickly|far)|(?<=how\s+long\s[^.!?]{0,200})takes?|(?:some|any)(?:thing|one|body)|(?:как|насколько)\s+(?:долго|быстро|часто|скоро)|(?:что|чего|кто|кого)-(?:нибудь|либо))(?!\p{L})/giu

/**
 * Answers `question` with the begin of the passage whose headings say all of it, else with the sentences that share
 * the most of its rare words; undefined when too little of the question is in the passages, which are given best
 * first. The passages are quoted, never obeyed: nothing in them changes what happens.
 */
export function answerFromPassages(
  question: string,
  passages: readonly Passage[],
): PassageAnswer | undefined {
  const asked = [...new Set(contentWords(question.replaceAll(TURNS_OF_PHRASE, ' ')))]
  if (asked.length === 0) return undefined
  const units = passages.flatMap(({ text }, index) => splitUnits(text, index))
  const weights: Weights = new Map(asked.map((word) => [word, weigh(word, units)]))
  const titled = findTitled(weights, passages)
  const chosen = titled === undefined ? findSentences(units, { weights, passages }) : readLead(units, titled)
  return chosen.length > 0 ? writeAnswer(chosen) : undefined
}

/** The passage whose path of headings holds the whole question, its own heading the most of it. */
function findTitled(weights: Weights, passages: readonly Passage[]): number | undefined {
  let best: { readonly index: number; readonly share: number } | undefined
  for (const [index, { heading = '' }] of passages.entries()) {
    if (shareOf(weights, contentWords(heading)) < 1) continue
    const share = shareOf(weights, contentWords(heading.split(' > ').at(-1) ?? ''))
    if (!best || share > best.share) best = { index, share }
  }
  return best?.index
}

function readLead(units: readonly Unit[], passage: number): readonly Unit[] {
  return takeWhileShort(units.filter((unit) => unit.passage === passage).slice(0, ANSWER_UNITS + 1))
}

function findSentences(
  units: readonly Unit[],
  { weights, passages }: { readonly weights: Weights; readonly passages: readonly Passage[] },
): readonly Unit[] {
  const headings = passages.map(({ heading = '', source }) => contentWords(`${heading} ${source}`))
  const scored = units
    .map((unit) => ({ unit, score: scoreUnit(unit, { weights, heading: headings[unit.passage] ?? [] }) }))
    .toSorted((a, b) => b.score - a.score || a.unit.passage - b.unit.passage || a.unit.order - b.unit.order)
  const least = Math.max(ENOUGH, (scored[0]?.score ?? 0) * 0.8)
  const close = scored.filter(({ score }) => score >= least).slice(0, ANSWER_UNITS)
  return takeWhileShort(close.map(({ unit }) => unit))
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
    const own = units.filter((unit) => unit.passage === passage).toSorted((a, b) => a.order - b.order)
    const joined = joinTexts([...new Set(own.map(({ text }) => text))])
    return /(?:```|\|)$/.test(joined) ? `${joined}\n\n[${passage + 1}]` : `${joined} [${passage + 1}]`
  })
  return { text: paragraphs.join('\n\n'), cited }
}

function joinTexts(texts: readonly string[]): string {
  return texts.reduce((joined, text) => {
    const lastLine = joined.slice(joined.lastIndexOf('\n') + 1)
    if (isEntry(lastLine) && isEntry(text)) return `${joined}\n${text}`
    return `${joined}${/\n/.test(joined + text) || isEntry(joined) || isEntry(text) ? '\n\n' : ' '}${text}`
  })
}

/** True for an entry of a list and a row of a table. */
function isEntry(text: string): boolean {
  return /^(?:[-*|]|\d+\.)/.test(text)
}

/** Words that are in few sentences say more about what is asked. */
function weigh(word: string, units: readonly Unit[]): number {
  const holding = units.filter((unit) => hasWord(unit.words, word)).length
  // A word that is nowhere may be an essential one or a turn of phrase: it weighs like a common one.
  return Math.log(1 + (units.length + 1) / ((holding || units.length / 8) + 0.5))
}

/** A word of the heading counts for each sentence below it, but less than one in the sentence itself. */
function scoreUnit(
  unit: Unit,
  { weights, heading }: { readonly weights: Weights; readonly heading: readonly string[] },
): number {
  const share = shareOf(weights, unit.words)
  const withHeading = shareOf(weights, [...unit.words, ...heading])
  // Code without a sentence explains little; earlier passages and sentences win over equal later ones.
  const kind = unit.text.startsWith('```') ? 0.7 : 1
  return (
    (share + 0.6 * (withHeading - share)) *
    kind *
    (1 - unit.passage * 0.03 - Math.min(unit.order, 20) * 0.004)
  )
}

/** How much of the question's weight is in `list`: 0 to 1. */
function shareOf(weights: Weights, list: readonly string[]): number {
  let total = 0
  let found = 0
  for (const [word, weight] of weights) {
    total += weight
    if (hasWord(list, word)) found += weight
  }
  return found / total
}
