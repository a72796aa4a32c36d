import { expect, it } from 'vitest'
import type { Passage } from '../../messages.ts'
import { answerFromPassages } from './passages.ts'

const PASSAGES: readonly Passage[] = [
  {
    source: 'delivery.md',
    text: 'We deliver within three days. Shipping is free from 50 euros. Couriers ring twice.',
  },
  {
    source: 'install.md',
    heading: 'Install',
    text: 'Node 24 is needed.\n\nStart the server:\n\n```sh\nbotyard start\n```',
  },
  {
    source: 'limits.md',
    heading: 'Limits',
    text: 'The limits are:\n\n- messages: 2,000 characters\n- files: 10 MB',
  },
  { source: 'оплата.md', text: 'Оплатить можно картой или переводом. Счёт выставляем за один день.' },
]

it.each([
  ['Is shipping free?', 'Shipping is free from 50 euros. [1]', [0]],
  ['when do you deliver', 'We deliver within three days. [1]', [0]],
  ['how do I start the server?', 'Start the server:\n\n```sh\nbotyard start\n```\n\n[2]', [1]],
  [
    'what are the limits of messages?',
    'The limits are:\n\n- messages: 2,000 characters\n- files: 10 MB [3]',
    [2],
  ],
  ['за сколько дней выставляете счёт?', 'Счёт выставляем за один день. [4]', [3]],
  ['можно оплатить картами?', 'Оплатить можно картой или переводом. [4]', [3]],
])('answers "%s" by quoting', (question, text, cited) => {
  expect(answerFromPassages(question, PASSAGES)).toEqual({ text, cited })
})

it.each([
  'Who wrote Hamlet?',
  'Do you sell bicycles to schools?',
  'сколько стоит слон?',
  'and?',
  'как открыть счёт для лунохода в Антарктиде',
])('does not pretend to know: %s', (question) => {
  expect(answerFromPassages(question, PASSAGES)).toBeUndefined()
})

it('begins with the section whose headings say the whole question', () => {
  const passages: readonly Passage[] = [
    { source: 'a.md', heading: 'Bots > Names', text: 'A tool of a bot has a name.' },
    { source: 'a.md', heading: 'Bots > Give it a tool', text: 'It is a function. Its input is checked.' },
  ]
  expect(answerFromPassages('How do I give a bot a tool?', passages)).toEqual({
    text: 'It is a function. Its input is checked. [2]',
    cited: [1],
  })
})

const SHOP: readonly Passage[] = [
  { source: 'faq.md', heading: 'Delivery', text: 'We deliver abroad within 10 days. It costs 12 euros.' },
  { source: 'faq.md', heading: 'Returns', text: 'You can return anything within 30 days.' },
]

it.each([
  ['How long does delivery abroad take?', 'We deliver abroad within 10 days. [1]'],
  ['How much does delivery cost?', 'It costs 12 euros. [1]'],
  ['Can I return something?', 'You can return anything within 30 days. [2]'],
])('weighs what "%s" is about, not how it is asked', (question, text) => {
  expect(answerFromPassages(question, SHOP)?.text).toBe(text)
})

it.each([
  'What is the capital of France?',
  'How long is the Nile?',
  'How long does a flight to Mars take?',
  'How much does an elephant cost?',
  'How much is something?',
  'Can I take something with me?',
])('the turn of phrase alone answers nothing: %s', (question) => {
  expect(answerFromPassages(question, SHOP)).toBeUndefined()
})
