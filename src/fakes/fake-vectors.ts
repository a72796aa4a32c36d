import { createHash } from 'node:crypto'

/** A vector for a text: the same text has the same one, texts that share words point in similar directions. */
export function fakeVector(text: string, dimensions: number): readonly number[] {
  const counts = new Map<string, number>()
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [''])
    counts.set(word, (counts.get(word) ?? 0) + 1)
  const sums = Array.from({ length: dimensions }, () => 0)
  for (const [word, count] of counts) {
    const numbers = createHash('shake256', { outputLength: dimensions * 2 })
      .update(word)
      .digest()
    for (let at = 0; at < dimensions; at++)
      sums[at] = (sums[at] ?? 0) + (count * numbers.readInt16LE(at * 2)) / 32_768
  }
  const length = Math.hypot(...sums) || 1
  return sums.map((value) => Math.fround(value / length))
}

/** As OpenAI writes a vector that is asked for in base64: little-endian float32. */
export function toBase64(vector: readonly number[]): string {
  return Buffer.from(Float32Array.from(vector).buffer).toString('base64')
}
