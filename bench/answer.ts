/**
 * The one answer that the emulator tells and the load client expects, so that a lost, repeated, merged or
 * reordered piece shows. It holds what hurts relays: quotes, line ends, Cyrillic, a surrogate pair.
 */

/** The longest answer a phase may ask for. */
export const MAX_TOKENS = 2_000

const VOCABULARY = [
  ' the', ' answer', ' is', ' a', ' stream', ' of', ' small', ' pieces', ',', ' each', ' about', ' four',
  ' letters', ' long', '.', '\n\n', ' "quoted"', ' ответ', ' идёт', ' частями', ' and', ' some', ' carry', ' 🙂',
  ' marks', ':', ' back\\slash', ' <tag>', ' &', ' so', ' on', ' until', ' it', ' ends', ';', ' token', ' by', ' word',
] as const // prettier-ignore

/** Token `index` of every answer; each tenth is its own number, so no stretch of text occurs twice. */
export function tokenText(index: number): string {
  if (index % 10 === 9) return ` ${index}`
  return VOCABULARY[(index * 7 + (index >> 4) * 5) % VOCABULARY.length] ?? ' '
}

export interface Answer {
  readonly text: string
  /** `ends[i]` is the length of the text up to and including token `i`. */
  readonly ends: readonly number[]
}

/** The longest answer; shorter ones are its beginnings. */
export function longestAnswer(): Answer {
  const ends: number[] = []
  let text = ''
  for (let index = 0; index < MAX_TOKENS; index += 1) {
    text += index === 0 ? 'Hello' : tokenText(index)
    ends.push(text.length)
  }
  return { text, ends }
}

/** A prompt that tells the emulator how to answer, whatever relay carries it there. */
export function promptFor(tokens: number, paceMs: number): string {
  return `Answer with tokens=${tokens} pace=${paceMs}`
}

/** Reads the last such prompt in the body of a request; undefined when there is none. */
export function parsePrompt(body: string): { tokens: number; paceMs: number } | undefined {
  const last = [...body.matchAll(/tokens=(\d{1,4}) pace=(\d{1,4})/g)].at(-1)
  if (last === undefined) return undefined
  return { tokens: Math.min(Number(last[1]), MAX_TOKENS), paceMs: Number(last[2]) }
}
