import { createHash } from 'node:crypto'

/** A vector for a text: the same text has the same one, texts that share words point in similar directions. */
export function fakeVector(text: string, dimensions: number): readonly number[] {
  const sums = Array.from({ length: dimensions }, () => 0)
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [''])
    for (let from = 0; from < dimensions; from += 16) {
      const numbers = createHash('sha256').update(`${from} ${word}`).digest()
      for (let at = from; at < Math.min(from + 16, dimensions); at++)
        sums[at] = (sums[at] ?? 0) + numbers.readInt16LE((at - from) * 2) / 32_768
    }
  const length = Math.hypot(...sums) || 1
  return sums.map((value) => Math.fround(value / length))
}

/** As OpenAI writes a vector that is asked for in base64: little-endian float32. */
export function toBase64(vector: readonly number[]): string {
  return Buffer.from(Float32Array.from(vector).buffer).toString('base64')
}
