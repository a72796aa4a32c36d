import { expect, test } from 'vitest'
import { fuseRanks } from './fuse-ranks.ts'
import { scoreTexts } from './score-texts.ts'
import { TermCounts } from './term-counts.ts'
import { splitWords, TermReader } from './terms.ts'

const reader = new TermReader()

function rank(query: string, texts: readonly string[]): readonly string[] {
  const counts = new TermCounts()
  for (const text of texts) counts.add(reader.read(text))
  const stored = TermCounts.fromBytes(counts.toBytes())
  const scores = scoreTexts(query, texts, { reader, counts: stored })
  return texts
    .map((text, at) => ({ text, score: scores[at] ?? 0 }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ text }) => text)
}

test.each([
  [
    'rare words count more than common ones',
    'the piano',
    ['the the the cat', 'a piano', 'the dog'],
    'a piano',
  ],
  ['word forms are one word', 'deliveries', ['He delivers pianos.', 'A delivery'], 'A delivery'],
  ['Russian word forms are one word', 'задачами', ['Наши задачи', 'Наши дачи'], 'Наши задачи'],
  ['misspelt words still count', 'delivrey', ['free delivery', 'nothing here'], 'free delivery'],
  ['ё is е', 'елка', ['Ёлка', 'Палка'], 'Ёлка'],
  ['accents do not matter', 'cafe', ['a Café', 'a cage'], 'a Café'],
])('%s', (_, query, texts, best) => {
  expect(rank(query, texts)[0]).toBe(best)
})

test('й stays й, whatever else stands in the text', () => {
  expect(splitWords('Чай «café»')).toEqual(['чай', 'cafe'])
  expect(splitWords('Чай')).toEqual(['чай'])
})

test('what stands high in both rankings comes first', () => {
  const lists = [
    ['a', 'b', 'c'],
    ['d', 'b', 'e'],
  ]
  expect(fuseRanks(lists).map(({ id }) => id)).toEqual(['b', 'a', 'd', 'c', 'e'])
})
