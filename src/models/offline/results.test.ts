import { expect, it } from 'vitest'
import { describeResult } from './results.ts'

it.each<[string, unknown, string]>([
  ['a message', { success: true, task_id: '3', message: 'Task 3 added.' }, 'Task 3 added.'],
  ['a text', 'Sunny', 'Sunny'],
  ['a number', 42, '42'],
  ['nothing', null, 'Done.'],
  ['an empty object', {}, 'Done.'],
  ['one field', { temperature: 21 }, 'Temperature: 21'],
  ['fields', { city: 'Oslo', isRaining: false, note: null }, '- city: Oslo\n- is raining: no'],
  ['an empty list', [], 'Nothing found.'],
  ['a list of texts', ['one', 'two'], '- one\n- two'],
  [
    'a list of objects with a message',
    {
      message: 'Found 2.',
      tasks: [
        { id: 1, title: 'Buy\nmilk', priority: 'high', tags: ['home', 'shop'] },
        { id: 2, title: 'Sleep' },
      ],
    },
    'Found 2.\n\n- #1 Buy milk (high, tags: home, shop)\n- #2 Sleep',
  ],
  ['an error', { error: 'No such city.' }, 'That did not work: No such city.'],
  [
    'an error with a code',
    { success: false, error: 'not_found', message: 'No task 9.' },
    'That did not work: No task 9.',
  ],
  ['a nested error', { error: { message: 'Bad key', code: 7 } }, 'That did not work: Bad key'],
  ['no error', { error: null, count: 3 }, 'Count: 3'],
])('says %s', (_, output, text) => {
  expect(describeResult({ output }, 'en')).toBe(text)
})

it.each<[unknown, string]>([
  [{ days: 40, from: '2026-11-21', done: true }, '- дней: 40\n- с: 2026-11-21\n- done: да'],
  [{ error: 'нет такого города' }, 'Не получилось: нет такого города'],
  [[], 'Ничего не найдено.'],
])('speaks Russian about %j', (output, text) => {
  expect(describeResult({ output }, 'ru')).toBe(text)
})

it('shows the first twenty of a long list and says how many more there are', () => {
  const lines = describeResult(
    { output: Array.from({ length: 25 }, (_, index) => `item ${index}`) },
    'en',
  ).split('\n')
  expect([lines.length, lines.at(-1)]).toEqual([21, '- … and 5 more'])
})
