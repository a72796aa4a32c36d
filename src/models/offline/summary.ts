import type { Passage } from '../../messages.ts'
import type { Language } from './language.ts'
import { splitUnits, type Unit } from './passage-units.ts'
import type { PassageAnswer } from './passages.ts'
import { compilePhrases } from './phrases.ts'

const REQUEST = compilePhrases(
  'summarize, summarise, summary of, sum up, перескажи*, резюмируй*, краткое содержание, кратко изложи*',
)

const INTRO = {
  en: 'I am the offline model and cannot summarize. This is how the parts of the document begin:',
  ru: 'Я офлайн-модель и пересказывать не умею. Вот как начинаются части документа:',
} as const satisfies Record<Language, string>

const MOST_SENTENCES = 12
const LONGEST_SENTENCE = 300

/** True when a message begins by asking for a summary. */
export function asksForSummary(message: string): boolean {
  return REQUEST.test(message.slice(0, 60))
}

/** The first sentence of each passage, cited; undefined when there are none. It says what it is: no summary. */
export function quoteBeginnings(passages: readonly Passage[], language: Language): PassageAnswer | undefined {
  const first = passages
    .flatMap(({ text }, index) => findBeginning(text, index) ?? [])
    .slice(0, MOST_SENTENCES)
  if (first.length === 0) return undefined
  const lines = first.map(({ text, passage }) => `- ${shorten(text)} [${passage + 1}]`)
  return { text: [INTRO[language], '', ...lines].join('\n'), cited: first.map(({ passage }) => passage) }
}

/** The first sentence; what stands before it may be the rest of a table or of code. */
function findBeginning(text: string, passage: number): Unit | undefined {
  const units = splitUnits(text, passage)
  return units.find((unit) => !/^(?:\||```)/.test(unit.text)) ?? units[0]
}

function shorten(text: string): string {
  const line = text.replace(/^(?:[-*+]|\d+\.)\s+/, '').replaceAll(/\s+/g, ' ')
  return line.length <= LONGEST_SENTENCE ? line : `${line.slice(0, LONGEST_SENTENCE - 1).toWellFormed()}…`
}
