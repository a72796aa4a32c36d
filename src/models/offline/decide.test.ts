import * as fc from 'fast-check'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { ToolSpec } from '../../messages.ts'
import { decide } from './decide.ts'

const NOW = new Date(2026, 10, 21, 12)

const words = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    'add',
    'delete',
    'list',
    'task',
    'tasks',
    '#3',
    'and',
    'then',
    'in',
    '"',
    '5 km',
    'to',
    'tomorrow',
    'urgent',
    '2+2',
    '?',
    '\n',
  ),
  fc.constantFrom(
    'добавь',
    'удали',
    'задачу',
    'и',
    'в',
    'завтра',
    'срочно',
    '7707083893',
    'tagged',
    'not',
    ':',
    '«',
    '...',
    '-1',
  ),
)

const property = fc.oneof(
  fc.constantFrom<unknown>(
    true,
    null,
    {},
    { $ref: '#/x' },
    { enum: [1, null] },
    { type: ['string', 'null'] },
    { const: 'a' },
  ),
  fc.record({
    type: fc.constantFrom('string', 'number', 'integer', 'boolean', 'array', 'object'),
    format: fc.constantFrom('date', 'date-time', 'email'),
    pattern: fc.constantFrom('(a+)+$', '[', String.raw`\\d{10}`, ''),
    items: fc.constantFrom<unknown>({ type: 'string' }, { enum: ['a'] }, undefined),
    description: fc.string(),
  }),
)

const tool: fc.Arbitrary<ToolSpec> = fc.record({
  name: fc.constantFrom('add_task', 'list_tasks', 'delete_task', 'do', '_', 'getTime', 'поиск', '__proto__'),
  description: fc.string(),
  inputSchema: fc.record({
    type: fc.constant('object'),
    properties: fc.dictionary(
      fc.oneof(fc.constantFrom('title', 'task_id', 'from', 'to', '_', 'offset_minutes'), fc.string()),
      property,
    ),
    required: fc.constantFrom<unknown>([], ['title'], ['task_id'], 'title', undefined),
  }),
})

it('answers or calls, whatever the message and the schemas are, and never calls without a required argument', () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 12 }), fc.array(tool, { maxLength: 4 }), (text, tools) => {
      const messages = [{ role: 'user', text: text.join(' ') } as const]
      const decision = decide({ instructions: '', messages, tools }, NOW)
      if (decision.kind === 'answer') return decision.text !== ''
      return decision.calls.every(({ tool: name, input }) => {
        const required = tools.find((spec) => spec.name === name)?.inputSchema['required']
        const known = Object.keys(
          tools.findLast((spec) => spec.name === name)?.inputSchema['properties'] ?? {},
        )
        return (
          !Array.isArray(required) ||
          tools.filter((spec) => spec.name === name).length > 1 ||
          required.every((key) => !known.includes(key) || key in input)
        )
      })
    }),
    { numRuns: 500 },
  )
})

it('says something when there is no message at all', () => {
  expect(decide({ instructions: '', messages: [], tools: [] }, NOW)).toMatchObject({
    kind: 'answer',
  })
})

/** The longest text any regular expression was run over. */
function watchRegExps(): () => number {
  const exec = vi.spyOn(RegExp.prototype, 'exec')
  onTestFinished(() => exec.mockRestore())
  return () => exec.mock.calls.reduce((longest, [text]) => Math.max(longest, text.length), 0)
}

const MEGABYTE = 1_000_000

it.each(['(', ' ', '1', '"', '.', '«', 'a ', '\n'])(
  'a megabyte of %j is read no further than its begin, so that no expression can run over it for long',
  (unit) => {
    const longest = watchRegExps()
    const text = unit.repeat(MEGABYTE / unit.length)
    const tools = ['add_task', 'delete_task', 'calculate', 'get_time'].map((name) => ({
      name,
      description: `Does it${'.'.repeat(MEGABYTE)}`,
      inputSchema: { type: 'object', properties: { title: { type: 'string', description: text } } },
    }))
    const messages = [
      { role: 'user', text: `delete the task ${text}` },
      { role: 'assistant', text: 'What should I use for **title**?' },
      { role: 'user', text },
    ] as const
    decide({ instructions: '', messages, tools, passages: [] }, NOW)
    expect(longest()).toBeLessThan(5_000)
  },
)
