import { expect, it } from 'vitest'
import { decide } from './decide.ts'
import { STRONG_ACTIONS } from './vocabulary.ts'

const GET_ORDER = {
  name: 'get_order',
  description: 'Tells where an order is. Use it when a person asks about their order.',
  inputSchema: {
    type: 'object',
    properties: { order_id: { type: 'string', description: 'The number on the invoice' } },
    required: ['order_id'],
  },
}

it.each(['Where is my order 4711?', 'Get order 4711', 'Show order #4711', 'Order 4711?'])(
  'reads the order as a thing: %s',
  (text) => {
    const decision = decide(
      { instructions: '', messages: [{ role: 'user', text }], tools: [GET_ORDER] },
      new Date(2026, 10, 21),
    )
    expect(decision).toMatchObject({
      kind: 'calls',
      calls: [{ tool: 'get_order', input: { order_id: '4711' } }],
    })
  },
)

it.each([
  ['Order a pizza', true],
  ['  order 2 pizzas', true],
  ['I want to order a pizza', true],
  ['Please order a pizza', true],
  ['Could you order a pizza?', true],
  ['Book a table', true],
  ['My order is late', false],
  ['A change to order 4711', false],
  ['order', false],
])('"%s" asks to book something: %s', (text, expected) => {
  expect(STRONG_ACTIONS.get('book')?.test(text)).toBe(expected)
})
