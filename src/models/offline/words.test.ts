import { expect, it } from 'vitest'
import { detectLanguage } from './language.ts'
import { contentWords, nameWords, sameWord } from './words.ts'

it.each([
  'task tasks', 'reply replies', 'deploy deployment', 'finish finished', 'задача задачу', 'задачи задачами', 'молоко молока',
  'мама маме', 'купить купи', 'отчет отчета',
])('takes as one word: %s', (pair) => {
  const [a = '', b = ''] = pair.split(' ')
  expect([sameWord(a, b), sameWord(b, a)]).toEqual([true, true])
}) // prettier-ignore

it.each(['back backup', 'tea team', 'list listen', 'молоко молоток', 'кот кит', '42 421', 'port portrait'])(
  'keeps apart: %s',
  (pair) => {
    const [a = '', b = ''] = pair.split(' ')
    expect(sameWord(a, b)).toBe(false)
  },
)

it('keeps the words that carry meaning', () => {
  expect(contentWords('How do I connect the language model?')).toEqual(['connect', 'language', 'model'])
  expect(contentWords('Как мне подключить ещё одну модель?')).toEqual(['подключить', 'одну', 'модель'])
})

it('reads the words of a name in every common spelling', () => {
  expect(['due_date', 'dueDate', 'due-date'].map(nameWords)).toEqual([
    ['due', 'date'],
    ['due', 'date'],
    ['due', 'date'],
  ])
})

it.each([
  [['Привет'], 'ru'],
  [['Hello'], 'en'],
  [['переведи 5 km в miles'], 'ru'],
  [['What does «привет» mean in English?'], 'en'],
  [['7707083893', 'Проверь компанию'], 'ru'],
  [['42'], 'en'],
  [[], 'en'],
])('the language of %j is %s', (newestFirst, language) => {
  expect(detectLanguage(newestFirst)).toBe(language)
})
