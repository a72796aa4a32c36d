/** Letters of a word that make one token. */
const LATIN_LETTERS = 6
const OTHER_LETTERS = 4
const DIGITS = 3

const RUNS =
  /(?<wide>[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}])|(?<latin>[\p{Script=Latin}\p{M}']+)|(?<letters>[\p{L}\p{M}]+)|(?<digits>\p{N}+)|[^\s\p{L}\p{N}]/gu

/**
 * About how many tokens a text has for a language model. An estimate without any model's vocabulary: a word costs one
 * token for each six letters of Latin script or four of another, rounded up; a number one for each three digits; a
 * character of Chinese, Japanese, Korean or Thai one, and so does each other sign. Meant to be rather too high than too
 * low for the vocabularies of multilingual embedding models.
 */
export function countTokens(text: string): number {
  return countPlain(text) ?? countAny(text)
}

function countAny(text: string): number {
  let tokens = 0
  for (const { 0: run, groups } of text.matchAll(RUNS)) {
    if (groups?.['latin'] !== undefined) tokens += Math.ceil(run.length / LATIN_LETTERS)
    else if (groups?.['letters'] !== undefined) tokens += Math.ceil(run.length / OTHER_LETTERS)
    else if (groups?.['digits'] !== undefined) tokens += Math.ceil(run.length / DIGITS)
    else tokens++
  }
  return tokens
}

/** What `RUNS` counts, for a text of plain English and Russian alone: there it takes a fraction of the time. */
function countPlain(text: string): number | undefined {
  let tokens = 0
  let start = 0
  while (start < text.length) {
    const kind = kindOf(text.charCodeAt(start))
    if (kind === undefined) return undefined
    let end = start + 1
    while (end < text.length && kindOf(text.charCodeAt(end)) === kind) end++
    if (kind === OTHER_LETTERS && isLetter(text.charCodeAt(end))) return undefined
    tokens += Math.ceil((end - start) / kind)
    start = end
  }
  return tokens
}

/** How many characters of its kind make one token; `undefined` for what is not plain. */
function kindOf(code: number): number | undefined {
  if (code === SPACE || (code >= 0x09 && code <= 0x0d)) return Infinity
  if (isLatin(code)) return LATIN_LETTERS
  if (isRussian(code)) return OTHER_LETTERS
  if (code >= 0x30 && code <= 0x39) return DIGITS
  return code < 0x7f ? 1 : undefined
}

const SPACE = 0x20
const APOSTROPHE = 0x27

function isLatin(code: number): boolean {
  return isLetter(code) || code === APOSTROPHE
}

/** False for the code of no character, too. */
function isLetter(code: number): boolean {
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x7a
}

function isRussian(code: number): boolean {
  return (code >= 0x410 && code <= 0x44f) || code === 0x401 || code === 0x451
}
