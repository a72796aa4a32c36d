import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { TextTemplate } from './text-template.ts'

interface Chunk {
  readonly id?: string
  readonly content: string
  readonly finish?: string | null
  readonly obfuscation?: string
}

/** An event as OpenAI sends it. */
function toEvent({ id = 'chatcmpl-1', content, finish = null, obfuscation }: Chunk): string {
  const choices = [{ index: 0, delta: { content }, finish_reason: finish }]
  return JSON.stringify({ id, choices, usage: null, ...(obfuscation !== undefined && { obfuscation }) })
}

function learnt(chunk: Chunk): TextTemplate {
  const template = new TextTemplate()
  template.learn(toEvent(chunk), chunk.content)
  return template
}

test('the text of an event that differs in nothing else is found', () => {
  expect(learnt({ content: 'One' }).find(toEvent({ content: ' два ✓' }))).toBe(' два ✓')
})

test('padding may differ, too', () => {
  const template = learnt({ content: 'One', obfuscation: 'aL0' })
  expect(template.find(toEvent({ content: ' two', obfuscation: 'kX3vQ9' }))).toBe(' two')
  expect(template.find(toEvent({ content: ' two', obfuscation: '' }))).toBe(' two')
  expect(template.find(toEvent({ content: ' two', obfuscation: 'k"X' }))).toBeUndefined()
})

test.each<{ readonly what: string; readonly event: string }>([
  { what: 'another id', event: toEvent({ id: 'chatcmpl-2', content: ' two' }) },
  { what: 'a finish reason', event: toEvent({ content: ' two', finish: 'stop' }) },
  { what: 'an escape', event: toEvent({ content: ' "two"\n' }) },
  { what: 'no text', event: toEvent({ content: '' }) },
  { what: 'more fields', event: toEvent({ content: ' two', obfuscation: 'aL0' }) },
  { what: 'a cut', event: toEvent({ content: ' two' }).slice(0, -1) },
  { what: 'a cut in its text', event: toEvent({ content: ' two' }).slice(0, 50) },
])('an event with $what is left to the parser', ({ event }) => {
  expect(learnt({ content: 'One' }).find(event)).toBeUndefined()
})

test('nothing is learnt of an event that says the same elsewhere', () => {
  const template = learnt({ id: 'stop', content: 'stop' })
  expect(template.find(toEvent({ id: 'go', content: 'stop' }))).toBeUndefined()
})

test('of any events, what is found is what the parser reads', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('a', 'b', 'stop', 'content', '"', '\\'),
  )
  const chunk = fc.record(
    {
      id: fc.constantFrom('a', 'b'),
      content: text,
      finish: fc.constantFrom('stop', null),
      obfuscation: fc.oneof(fc.stringMatching(/^[A-Za-z0-9]*$/), text),
    },
    { requiredKeys: ['content'] },
  )
  fc.assert(
    fc.property(fc.array(chunk), (chunks) => {
      const template = new TextTemplate()
      for (const one of chunks) {
        const found = template.find(toEvent(one))
        if (found === undefined) template.learn(toEvent(one), one.content)
        else expect(found).toBe(one.content)
      }
    }),
    { numRuns: 2_000 },
  )
})
