import type { CollectedAnswer } from '../../messaging/collect-answer.ts'
import { composeAnswer as compose, type ComposeOptions } from '../../messaging/compose-answer.ts'
import { splitText } from '../../messaging/split-text.ts'
import type { AnswerPart, Button } from './delivery.ts'

/** What the data of a button that sends its text begins with. */
const SUGGESTION = 's:'

/** The messages an answer becomes: its text, what went wrong, its files and sources, suggestions as buttons. */
export function composeAnswer(answer: CollectedAnswer, options: ComposeOptions): readonly AnswerPart[] {
  return withButtons(splitText(compose(answer, options)), answer.suggestions)
}

/** Buttons under the last message. */
export function withButtons(
  parts: readonly AnswerPart[],
  suggestions: readonly string[],
): readonly AnswerPart[] {
  const buttons = suggestions.map((text, index): Button => ({ text, callback_data: `${SUGGESTION}${index}` }))
  const last = parts.at(-1)
  return last && buttons.length > 0 ? [...parts.slice(0, -1), { ...last, buttons }] : parts
}
