import { expect, test } from 'vitest'
import { defineBot } from './bot.ts'

test.each([
  [{ text: {} }, /`telegram.text` of "a" does not exist; did you mean `texts`\?/],
  [{ texts: { de: {} } }, /`telegram.texts.de` of "a" does not exist/],
  [
    { texts: { en: { strat: 'Hello' } } },
    /`telegram.texts.en.strat` of "a" does not exist; did you mean `start`\?/,
  ],
  [{ texts: { ru: { start: 5 } } }, /`telegram.texts.ru.start` of "a" is 5; write text/],
])('the field `telegram` cannot be %j', (telegram, message) => {
  // @ts-expect-error -- written in JavaScript
  expect(() => defineBot({ name: 'a', instructions: 'b', telegram })).toThrow(message)
})
