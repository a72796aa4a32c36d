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
  let tokens = 0
  for (const { 0: run, groups } of text.matchAll(RUNS)) {
    if (groups?.['latin'] !== undefined) tokens += Math.ceil(run.length / LATIN_LETTERS)
    else if (groups?.['letters'] !== undefined) tokens += Math.ceil(run.length / OTHER_LETTERS)
    else if (groups?.['digits'] !== undefined) tokens += Math.ceil(run.length / DIGITS)
    else tokens++
  }
  return tokens
}
