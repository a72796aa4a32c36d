import { expect, it } from 'vitest'
import { readRefusal } from './refusal.ts'

const RULE =
  'Be brief.\nIf the person asks for anything else, answer: "Tasks only." In Russian: "Только задачи."\nBe kind.'

it.each([
  [RULE, 'en', 'Tasks only.'],
  [RULE, 'ru', 'Только задачи.'],
  ['For off-topic questions say “Ask me about pizza.”', 'ru', 'Ask me about pizza.'],
  ['Answer "yes" or "no".', 'en', undefined],
  ['Answer anything else in two sentences.', 'en', undefined],
  ['', 'en', undefined],
] as const)('%j tells %s to say %s', (instructions, language, sentence) => {
  expect(readRefusal(instructions, language)).toBe(sentence)
})
