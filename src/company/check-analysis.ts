import { checkClaim, type ClaimContext, type Refusal } from './check-claim.ts'
import type { ReportParts } from './company-report.ts'
import { gatherEvidence } from './evidence.ts'

/** A sentence that was left out. */
export interface DroppedSentence {
  readonly sentence: string
  readonly reason: Refusal
}

/** Lets an analysis through sentence by sentence, as far as the facts support it. */
export interface AnalysisChecker {
  /** Takes the next piece of what a model writes and gives what may be shown of it so far. */
  push(piece: string): string
  /** What is left when the model has said all. */
  end(): string
  readonly dropped: readonly DroppedSentence[]
}

/** No number, date, name or status passes that the facts do not hold; sentences with such are left out, not mended. */
export function createAnalysisChecker(parts: Omit<ReportParts, 'analysis'>): AnalysisChecker {
  return new SentenceFilter({ evidence: gatherEvidence(parts), facts: parts.facts, risk: parts.risk })
}

/** Where a sentence ends: before what a sentence begins with, and not behind what is shortened or counts a list. */
const SENTENCE_END =
  /(?<!(?:^|[\s(«])(?:г|ул|д|им|обл|стр|корп|оф|п|ст|т|Inc|Co|\d{1,2}))[.!?…]+["»”)]*(?=\s+[^\s\p{Ll}])/u
const BULLET = /^\s*(?:[-*•>]\s+|\d{1,2}[.)]\s+|#{1,6}\s+)*/

class SentenceFilter implements AnalysisChecker {
  readonly #context: ClaimContext
  readonly #dropped: DroppedSentence[] = []
  /** What has not become a sentence yet. */
  #rest = ''
  /** What the line begins with, shown only when something of the line is; undefined until something of it came. */
  #bullet: string | undefined
  #lineShown = false

  constructor(context: ClaimContext) {
    this.#context = context
  }

  get dropped(): readonly DroppedSentence[] {
    return this.#dropped
  }

  push(piece: string): string {
    this.#rest += piece
    let shown = ''
    for (;;) {
      const lineEnd = this.#rest.indexOf('\n')
      const line = lineEnd < 0 ? this.#rest : this.#rest.slice(0, lineEnd)
      const end = SENTENCE_END.exec(line)
      if (end) shown += this.#take(end.index + end[0].length)
      else if (lineEnd >= 0) shown += this.#endLine(lineEnd)
      else return shown
    }
  }

  end(): string {
    return this.#take(this.#rest.length)
  }

  /** A line of which nothing is left is left out whole; an empty one parts paragraphs. */
  #endLine(length: number): string {
    const said = this.#take(length)
    this.#rest = this.#rest.slice(1)
    const silent = this.#bullet !== undefined && !this.#lineShown
    this.#bullet = undefined
    this.#lineShown = false
    return silent ? '' : `${said}\n`
  }

  #take(length: number): string {
    const taken = this.#rest.slice(0, length)
    this.#rest = this.#rest.slice(length)
    if (taken.trim() === '') return ''
    const bullet = this.#bullet ?? BULLET.exec(taken)?.[0] ?? ''
    const sentence = this.#bullet === undefined ? taken.slice(bullet.length) : taken
    this.#bullet = bullet
    const reason = checkClaim(sentence, this.#context)
    if (reason) {
      this.#dropped.push({ sentence: sentence.trim(), reason })
      return ''
    }
    const begins = !this.#lineShown
    this.#lineShown = true
    return begins ? `${bullet}${sentence.trimStart()}` : sentence
  }
}
