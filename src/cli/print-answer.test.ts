import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { TurnEvent } from '../events.ts'
import { printAnswer } from './print-answer.ts'

const END: TurnEvent = {
  type: 'end',
  reason: 'stop',
  durationMs: 5,
  firstTokenMs: 1,
  wordCount: 1,
  sentenceCount: 1,
}

async function print(...events: readonly TurnEvent[]) {
  async function* log() {
    for (const [index, event] of events.entries()) yield { seq: index + 1, event }
  }
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() }
  const last = await printAnswer(log(), streams)
  const read = (stream: PassThrough): string => String(stream.read() ?? '')
  return { last, out: read(streams.stdout), err: read(streams.stderr) }
}

test('text is printed as it comes, sources after it', async () => {
  const { out, last } = await print(
    { type: 'text-delta', text: 'Open until ' },
    { type: 'citation', index: 1, source: 'hours.md', heading: 'Weekdays' },
    { type: 'text-delta', text: 'six [1].' },
    END,
  )
  expect(out).toBe('Open until six [1].\n[1] hours.md, Weekdays\n')
  expect(last).toEqual(END)
})

test('tool calls stand on lines of their own', async () => {
  const call = { callId: 'c', tool: 'add' } as const
  const { out } = await print(
    { type: 'text-delta', text: 'Let me see.' },
    { type: 'tool-call-start', ...call, input: '{"a":1}', external: false },
    { type: 'tool-call-end', ...call, ok: true, output: '2', durationMs: 1.4 },
    { type: 'text-delta', text: 'Two.' },
    END,
  )
  expect(out).toBe('Let me see.\n→ add {"a":1}\n← add 2 (1 ms)\nTwo.\n')
})

test('an error is printed on standard error', async () => {
  const { err, last } = await print({
    type: 'error',
    code: 'turn_timeout',
    message: 'Too long.',
    retryable: true,
  })
  expect(err).toBe('Too long.\n')
  expect(last?.type).toBe('error')
})

test('an answer cannot steer the terminal', async () => {
  const { out } = await print({ type: 'text-delta', text: '\u001B[2J\u009B31mred\rover\n\tok' }, END)
  expect(out).toBe('[2J31mredover\n\tok\n')
})
