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
  { about: 'rare words', query: 'the piano', texts: ['the the the cat', 'a piano', 'the dog'], best: 1 },
  { about: 'forms of a word', query: 'deliveries', texts: ['He delivers pianos.', 'A delivery'], best: 1 },
  { about: 'forms of a Russian word', query: 'задачами', texts: ['Наши дачи', 'Наши задачи'], best: 1 },
  { about: 'misspelt words', query: 'delivrey', texts: ['nothing here', 'free delivery'], best: 1 },
  { about: 'ё for е', query: 'елка', texts: ['Палка', 'Ёлка'], best: 1 },
  { about: 'letters with accents', query: 'cafe', texts: ['a cage', 'a Café'], best: 1 },
])('$about are found', ({ query, texts, best }) => {
  expect(rank(query, texts)[0]).toBe(texts[best])
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
