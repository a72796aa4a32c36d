import { isAbbreviation } from './abbreviations.ts'
import { closingLength, lineKind, markerLength, type LineKind } from './line-kind.ts'

/** A piece of an answer; all pieces in a row are the answer, to the last space. */
export interface Sentence {
  readonly text: string
  /** A block of code, or a part of one. */
  readonly code: boolean
}

/** A sentence that is longer is cut at a space; code, at any sign. */
const LONGEST = 500

const ENDERS = /[.!?…。！？؟।॥]/
/** Enders behind which a sentence is over even without a space. */
const FULL_ENDERS = /[。！？।॥]/
const CLOSERS = /["'”’»)\]*_~]/
const QUOTES = /["'”’»]/

/**
 * Cuts an answer into sentences while it is written. What comes out does not depend on how the text was cut when it
 * went in: a decision waits until all that it rests on is there, which is one sign behind the end of a sentence.
 *
 * Dots of prices, decimals, abbreviations, initials, addresses and list marks, and ellipses, end no sentence; lines of
 * lists, headings, tables and blocks of code stand for themselves.
 */
export class SentenceSplitter {
  /** What has not been given out. */
  #text = ''
  /** Where in `#text` to read on. */
  #at = 0
  #lastSpace = 0
  #line: LineKind | undefined
  /** In a block of code. */
  #fence = false
  #inlineCode = false

  /** The sentences that are complete with `piece`. */
  push(piece: string): readonly Sentence[] {
    this.#text += piece
    return [...this.#cut(false)]
  }

  /** The rest, when the answer is over. */
  end(): readonly Sentence[] {
    const sentences = [...this.#cut(true)]
    if (this.#text !== '') sentences.push(this.#take(this.#text.length))
    return sentences
  }

  *#cut(atEnd: boolean): Generator<Sentence, void> {
    // Half a sign is not read until its other half is there.
    const length = this.#text.length - (!atEnd && /[\uD800-\uDBFF]$/.test(this.#text) ? 1 : 0)
    let limit = length
    while (this.#at < limit) {
      const step = this.#fence ? this.#stepInCode(atEnd) : this.#step(atEnd)
      if (step === undefined) return
      const before = this.#text.length
      if (typeof step === 'number') {
        const taken = this.#take(step)
        if (taken.text !== '') yield taken
      }
      const tooLong = this.#at >= LONGEST ? this.#takeTooLong() : undefined
      if (tooLong) yield tooLong
      limit -= before - this.#text.length
    }
  }

  /** Reads one sign: undefined to wait for more, the end of a sentence when it is reached, else `true`. */
  #step(atEnd: boolean): number | true | undefined {
    const at = this.#at
    if (this.#line === undefined) return this.#beginLine(atEnd)
    const sign = this.#text.charAt(at)
    if (sign === '\n') return this.#endLine(atEnd)
    if (sign === ' ') this.#lastSpace = at
    if (sign === '`') this.#inlineCode = !this.#inlineCode
    if (this.#inlineCode || !ENDERS.test(sign)) return this.#go(at + 1)
    return this.#endSentence(atEnd)
  }

  #go(to: number): true {
    this.#at = to
    return true
  }

  #beginLine(atEnd: boolean): true | undefined {
    const kind = lineKind(this.#text, this.#at, atEnd)
    if (kind === undefined) return undefined
    this.#line = kind
    this.#fence = kind === 'fence'
    if (this.#fence) return this.#go(this.#at + this.#text.slice(this.#at).search(/[`~]/) + 3)
    return this.#go(this.#at + markerLength(this.#text, this.#at))
  }

  /** A line break ends the sentence before or behind lines that stand for themselves. */
  #endLine(atEnd: boolean): number | true | undefined {
    const at = this.#at
    const next = lineKind(this.#text, at + 1, atEnd)
    if (next === undefined) return undefined
    const apart = next !== 'plain' || this.#line === 'heading' || this.#line === 'table'
    if (apart) this.#inlineCode = false
    this.#line = undefined
    this.#lastSpace = at
    this.#at = at + 1
    return apart ? at : true
  }

  #endSentence(atEnd: boolean): number | true | undefined {
    const text = this.#text
    const enders = runOf(ENDERS, text, this.#at)
    const closers = runOf(CLOSERS, text, this.#at + enders.length)
    const end = this.#at + enders.length + closers.length
    if (end >= text.length) return atEnd ? this.#go(end) : undefined
    if (!/\s/.test(text.charAt(end))) return FULL_ENDERS.test(enders) ? this.#finish(end) : this.#go(end)
    const next = /\S[^]?/.exec(text.slice(end))
    if (!next || (!atEnd && isHalf(next[0]))) return atEnd ? this.#go(end) : undefined
    const before = text.slice(0, this.#at)
    return isEnd({ enders, closers, before, next: next[0] }) ? this.#finish(end) : this.#go(end)
  }

  #finish(end: number): number {
    this.#at = end
    return end
  }

  #stepInCode(atEnd: boolean): number | true | undefined {
    const at = this.#text.indexOf('\n', this.#at)
    if (at === -1 || at >= LONGEST) return this.#go(Math.min(LONGEST, this.#text.length))
    this.#at = at
    const closing = closingLength(this.#text, at + 1, atEnd)
    if (closing === undefined) return undefined
    this.#at = at + 1 + closing
    if (closing === 0) return true
    // The rest of the line is blank.
    this.#line = 'blank'
    return this.#at
  }

  #takeTooLong(): Sentence {
    const end = this.#fence || this.#lastSpace === 0 ? this.#at : this.#lastSpace
    return this.#take(isHalf(this.#text.charAt(end - 1)) ? end - 1 : end)
  }

  #take(end: number): Sentence {
    const sentence = { text: this.#text.slice(0, end), code: this.#fence }
    if (this.#line === 'blank' && this.#fence) this.#fence = false
    this.#text = this.#text.slice(end)
    this.#at = Math.max(0, this.#at - end)
    this.#lastSpace = Math.max(0, this.#lastSpace - end)
    return sentence
  }
}

/** The signs of a kind in a row. */
function runOf(kind: RegExp, text: string, start: number): string {
  let end = start
  while (end < text.length && kind.test(text.charAt(end))) end++
  return text.slice(start, end)
}

function isHalf(signs: string): boolean {
  return signs.length === 1 && /[\uD800-\uDBFF]/.test(signs)
}

interface Ending {
  readonly enders: string
  readonly closers: string
  readonly before: string
  /** The first sign behind the white space; two when it may be one in two halves. */
  readonly next: string
}

function isEnd({ enders, closers, before, next }: Ending): boolean {
  const first = String.fromCodePoint(next.codePointAt(0) ?? 0)
  const continues = /\p{Ll}/u.test(first)
  // `"Really?" she asked` goes on; `hi! how are you` is two sentences.
  if (/[!?؟]/.test(enders)) return !(continues && QUOTES.test(closers))
  if (FULL_ENDERS.test(enders)) return true
  if (enders !== '.' || continues) return false
  return !isAbbreviation(before, first)
}
