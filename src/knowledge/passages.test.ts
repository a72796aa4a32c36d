import { describe, expect, it } from 'vitest'
import type { Passage } from '../messages.ts'
import { passages } from './passages.ts'

const FAQ: readonly Passage[] = [
  { source: 'Delivery', text: 'We deliver within three days. Shipping is free from 50 euros.' },
  {
    source: 'Returns',
    heading: 'Returning a parcel',
    text: 'Send it back within 30 days and we refund the price.',
  },
  { source: 'Оплата', text: 'Принимаем карты и переводы. Счёт для организаций выставляем за день.' },
  { source: 'Гарантия', heading: 'Ремонт', text: 'Ремонтируем устройства бесплатно в течение двух лет.' },
]

async function find(query: string, limit = 5): Promise<readonly string[]> {
  const found = await passages(FAQ).search(query, { limit, signal: new AbortController().signal })
  return found.map(({ source }) => source)
}

describe('passages', () => {
  it.each([
    ['how long does delivery take?', 'Delivery'],
    ['returned parcels', 'Returns'],
    ['refunds', 'Returns'],
    ['delivry', 'Delivery'],
    ['как оплатить картой', 'Оплата'],
    ['счета для организации', 'Оплата'],
    ['отремонтировать устройство', 'Гарантия'],
    ['сколько лет ремонт бесплатный', 'Гарантия'],
  ])('finds the passage for "%s"', async (query, source) => {
    expect((await find(query))[0]).toBe(source)
  })

  it.each(['weather in Tokyo', 'квантовая физика', '', 'what is it?'])(
    'finds nothing for "%s"',
    async (query) => {
      expect(await find(query)).toEqual([])
    },
  )

  it.each([
    ['one word over and over', 'refunds '.repeat(130_000)],
    ['a word that never ends', 'refunds'.repeat(130_000)],
    ['ever other words', Array.from({ length: 100_000 }, (_, count) => `refund${count}`).join(' ')],
  ])('holds nobody up over %s', async (_, query) => {
    const before = process.threadCpuUsage()
    await find(query)
    expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(1_000)
  })

  it('gives back at most as many passages as asked for', async () => {
    expect(await find('days within', 1)).toHaveLength(1)
  })

  it('has a version that changes with the content only', () => {
    const [first, ...others] = FAQ
    expect(passages(FAQ).version).toBe(passages(structuredClone(FAQ)).version)
    expect(passages(others).version).not.toBe(passages(FAQ).version)
    expect(passages([{ ...first, text: 'Other', source: 'Delivery' }, ...others]).version).not.toBe(
      passages(FAQ).version,
    )
  })

  it('does not search once it is aborted', async () => {
    const search = passages(FAQ).search('delivery', {
      limit: 1,
      signal: AbortSignal.abort(new Error('gone')),
    })
    await expect(search).rejects.toThrow('gone')
  })

  it('refuses a passage without text, naming it', () => {
    expect(() => passages([{ source: 'A', text: ' ' }])).toThrow('passages: entry 0 has an empty `text`')
  })
})
