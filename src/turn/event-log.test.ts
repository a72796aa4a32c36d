import { expect, test } from 'vitest'
import { EventLog } from './event-log.ts'

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const entry of source) all.push(entry)
  return all
}

test('readers that came early, late and in the middle all see their part in order', async () => {
  const log = new EventLog<number>()
  const early = collect(log.read())
  log.append(1)
  log.append(2)
  const middle = collect(log.read(1))
  await Promise.resolve()
  log.append(3)
  log.close()
  expect(await early).toEqual([1, 2, 3])
  expect(await middle).toEqual([2, 3])
  expect(await collect(log.read())).toEqual([1, 2, 3])
  expect(await collect(log.read(99))).toEqual([])
})

test('a reader that leaves does not hold up the others', async () => {
  const log = new EventLog<number>()
  const leaving = log.read()
  const staying = collect(log.read())
  log.append(1)
  await leaving.next()
  await leaving.return?.()
  log.append(2)
  log.close()
  expect(await staying).toEqual([1, 2])
})
