import { expect, test } from 'vitest'
import { spokenLanguage } from './spoken-language.ts'
import { toSpokenText } from './spoken-text.ts'

test.each([
  ['## **Prices** for _all_ ~~none~~', 'Prices for all none'],
  ['1. Buy `milk` for $4.50', 'Buy milk for $4.50'],
  ['- [x] Done ✅ 🎉👨‍👩‍👧🇮🇳 now', 'Done now'],
  ['> See [our page](https://a.example/x?y=1) [1], [2].', 'See our page.'],
  ['Read https://www.example.com/a/b?c=d#e, then go.', 'Read example.com, then go.'],
  ['![A cat](cat.png) sits', 'A cat sits'],
  ['| Name | Price |', 'Name, Price'],
  ['|---|:--:|', ''],
  ['Our AI uses an API and APIs', 'Our A I uses an A P I and A P Is'],
  ['<b>Bold</b> &amp; <br/>more', 'Bold & more'],
  ['snake_case_name stays, 2 * 3 * 4 too', 'snake_case_name stays, 2 * 3 * 4 too'],
  ['**Важно:** цена — 4,5 руб. 🙂', 'Важно: цена — 4,5 руб.'],
  ['---', ''],
  ['🎉', ''],
  ['Step 1️⃣ first', 'Step 1 first'],
])('%s is said as: %s', (written, said) => {
  expect(toSpokenText(written)).toBe(said)
})

test.each([
  ['Hello there', 'en-IN', 'en-IN'],
  ['Привет, мир', 'en-IN', 'ru-RU'],
  ['Привіт', 'uk-UA', 'uk-UA'],
  ['नमस्ते', 'en-IN', 'hi-IN'],
  ['नमस्कार', 'mr-IN', 'mr-IN'],
  ['Hola amigo', 'es-ES', 'es-ES'],
  ['Hello there', 'ru-RU', 'en-US'],
  ['Наш API работает', 'en', 'ru-RU'],
  ['42', 'hi-IN', 'hi-IN'],
])('%s is spoken in %s as %s', (text, preferred, spoken) => {
  expect(spokenLanguage(text, preferred)).toBe(spoken)
})
