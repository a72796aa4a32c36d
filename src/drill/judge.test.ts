import { describe, expect, test } from 'vitest'
import { isSpotless, judge, type AskedQuestion, type JudgedChat, type ShownMessage } from './judge.ts'
import { answerText, questionText } from './questions.ts'

const asked = (number: number, more: Partial<AskedQuestion> = {}): AskedQuestion => ({
  number,
  updateId: 700 + number,
  long: false,
  acknowledged: true,
  ...more,
})

function chat(
  shown: readonly (number | string | Partial<ShownMessage>)[],
  more: Partial<JudgedChat> = {},
): JudgedChat {
  const toMessage = (item: number | string | Partial<ShownMessage>, index: number): ShownMessage => ({
    messageId: index + 1,
    edited: true,
    text: typeof item === 'number' ? answerText(item, false) : typeof item === 'string' ? item : '…',
    ...(typeof item === 'object' && item),
  })
  return {
    chat: 42,
    asked: [asked(1), asked(2), asked(3)],
    shown: shown.map(toMessage),
    ambiguous: 0,
    ...more,
  }
}

const kindsOf = (one: JudgedChat): readonly string[] =>
  judge([one]).offences.map(({ kind, question }) => `${kind} ${question ?? '-'}`)

test('a chat in which every question has its answer in order is spotless', () => {
  const verdict = judge([chat([1, 2, 3])])
  expect(verdict).toMatchObject({ lost: 0, twice: 0, outOfOrder: 0, wrong: 0, offences: [] })
  expect(isSpotless(verdict)).toBe(true)
})

describe('a complaint is found', () => {
  test.each<[string, JudgedChat, readonly string[]]>([
    ['an answer that is missing', chat([1, 3]), ['lost 2']],
    ['a bot that never spoke', chat([]), ['lost 1', 'lost 2', 'lost 3']],
    ['an answer that is there twice', chat([1, 2, 2, 3]), ['twice 2']],
    ['an answer that came again after later ones', chat([1, 2, 3, 1]), ['twice 1']],
    ['two answers that changed places', chat([2, 1, 3]), ['out of order 1']],
    ['an answer of another chat', chat([1, 2, 3, 9]), ['wrong 9']],
    [
      'an answer that was cut short',
      chat([1, `${answerText(2, false).slice(0, 30)} and that is all.`, 3]),
      ['wrong 2'],
    ],
    ['an answer in words of another', chat([1, answerText(3, false).replace('3.1', '2.1'), 3]), ['wrong 2']],
    ['a text that answers nothing', chat([1, 2, 'Something went wrong.', 3]), ['wrong -']],
    ['an answer of another question in its place', chat([1, 1, 3]), ['twice 1', 'lost 2']],
  ])('%s', (_, one, kinds) => {
    expect([...kindsOf(one)].sort()).toEqual([...kinds].sort())
    expect(isSpotless(judge([one]))).toBe(false)
  })

  test('with what explains it: update, chat, what was seen', () => {
    const [offence] = judge([chat([1, 3])]).offences
    expect(offence).toMatchObject({ kind: 'lost', chat: 42, updateId: 702, question: 2 })
    expect(offence?.seen).toMatch(/no answer; the bot wrote 2 messages here, the last one "Answer 3\.1: /)
  })
})

describe('an answer of several messages', () => {
  const long = answerText(1, true)
  const middle = long.indexOf('\n\n', 3_000)
  const one = { asked: [asked(1, { long: true }), asked(2)] }

  test('is whole when its messages follow each other', () => {
    expect(kindsOf(chat([long.slice(0, middle), long.slice(middle), 2], one))).toEqual([])
  })

  test('may be cut between any two words', () => {
    const space = long.indexOf(' ', 3_100)
    expect(kindsOf(chat([long.slice(0, space), long.slice(space), 2], one))).toEqual([])
  })

  test('may end with a message of a few words', () => {
    expect(kindsOf(chat([long.slice(0, -12), long.slice(-12), 2], one))).toEqual([])
  })

  test('is lost when its second half is', () => {
    expect(kindsOf(chat([long.slice(0, middle), 2], one))).toEqual(['lost 1'])
  })

  test('is there twice when its first half is', () => {
    expect(kindsOf(chat([long.slice(0, middle), long, 2], one))).toEqual(['twice 1'])
  })
})

describe('a placeholder that was left behind', () => {
  const leftover = { text: '…', edited: false }

  test('is what an ambiguous send may leave', () => {
    const verdict = judge([chat([1, leftover, 2, 3], { ambiguous: 1 })])
    expect(verdict).toMatchObject({ ambiguous: 1, notReported: 0 })
    expect(isSpotless(verdict)).toBe(true)
  })

  test('is a fault when nobody reports it', () => {
    expect(kindsOf(chat([leftover, 1, leftover, 2, 3], { ambiguous: 1 }))).toEqual(['not reported -'])
  })

  test('need not be there: the send may have been cut before it arrived', () => {
    expect(kindsOf(chat([1, 2, 3], { ambiguous: 2 }))).toEqual([])
  })
})

describe('what was never acknowledged', () => {
  const unheard = { asked: [asked(1), asked(2, { acknowledged: false })] }

  test('is not lost, but counted', () => {
    const verdict = judge([chat([1], unheard)])
    expect(verdict).toMatchObject({ lost: 0, unacknowledged: 1, offences: [] })
    expect(isSpotless(verdict)).toBe(false)
  })

  test('is fine when it was answered all the same', () => {
    expect(isSpotless(judge([chat([1, 2], unheard)]))).toBe(true)
  })
})

test('a question is told apart from what it quotes', () => {
  expect(questionText(17)).toMatch(/^Question 17: /)
})
