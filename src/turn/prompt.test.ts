import { expect, test } from 'vitest'
import type { Message } from '../messages.ts'
import { cutToWindow } from './prompt.ts'

function dialogue(turns: number): Message[] {
  return Array.from({ length: turns }, (_, index): Message[] => [
    { role: 'user', text: `question ${index}` },
    { role: 'assistant', text: `answer ${index}` },
  ]).flat()
}

const roomy = { historyMessages: 100, historyTokens: 10_000 }

test('a conversation that fits is kept whole', () => {
  const messages = [...dialogue(3), { role: 'user', text: 'now' }] as const
  expect(cutToWindow(messages, roomy)).toEqual(messages)
})

test('the window keeps the newest messages and begins at a question', () => {
  const messages: Message[] = [...dialogue(5), { role: 'user', text: 'now' }]
  const kept = cutToWindow(messages, { ...roomy, historyMessages: 3 })
  expect(kept.map((message) => ('text' in message ? message.text : ''))).toEqual([
    'question 4',
    'answer 4',
    'now',
  ])
})

test('tokens count too, by bytes, so that Cyrillic is not underestimated', () => {
  const messages: Message[] = [
    { role: 'user', text: 'я'.repeat(400) },
    { role: 'assistant', text: 'ok' },
    { role: 'user', text: 'now' },
  ]
  expect(cutToWindow(messages, { ...roomy, historyTokens: 150 })).toHaveLength(1)
  expect(cutToWindow(messages, { ...roomy, historyTokens: 250 })).toHaveLength(3)
})

test('the question with its tool results is never cut, however small the window', () => {
  const exchange: Message[] = [
    { role: 'user', text: 'what time is it' },
    { role: 'assistant', text: '', toolCalls: [{ callId: '1', tool: 'time', input: '{}' }] },
    { role: 'tool', callId: '1', tool: 'time', output: '"12:00"' },
  ]
  expect(cutToWindow([...dialogue(2), ...exchange], { historyMessages: 0, historyTokens: 0 })).toEqual(
    exchange,
  )
})
