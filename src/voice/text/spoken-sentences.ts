import { SentenceSplitter } from './sentence-splitter.ts'
import { toSpokenText } from './spoken-text.ts'

/** What is said of a whole text, sentence by sentence, up to so many characters; a sentence beyond them is not begun. */
export function spokenSentences(text: string, maxChars: number): readonly string[] {
  const splitter = new SentenceSplitter()
  const said: string[] = []
  let characters = 0
  for (const sentence of [...splitter.push(text), ...splitter.end()]) {
    const spoken = sentence.code ? '' : toSpokenText(sentence.text)
    characters += spoken.length
    if (characters > maxChars) break
    if (spoken !== '') said.push(spoken)
  }
  return said
}
