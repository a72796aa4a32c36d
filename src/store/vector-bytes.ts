/** The scale, as a float32, stands in front of the numbers. */
const SCALE_BYTES = 4

/** A vector with each number in one byte: the error is below 1 % of its greatest number, the size a quarter. */
export function toVectorBytes(vector: Float32Array): Buffer {
  const greatest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const bytes = Buffer.alloc(SCALE_BYTES + vector.length)
  bytes.writeFloatLE(greatest / 127)
  for (const [at, value] of vector.entries())
    bytes.writeInt8(greatest === 0 ? 0 : Math.round((value / greatest) * 127), SCALE_BYTES + at)
  return bytes
}

/** What was written: the numbers, and what to multiply them by. */
export function fromVectorBytes(bytes: Uint8Array): { readonly scale: number; readonly numbers: Int8Array } {
  const scale = Buffer.from(bytes.buffer, bytes.byteOffset, SCALE_BYTES).readFloatLE()
  return {
    scale,
    numbers: new Int8Array(bytes.buffer, bytes.byteOffset + SCALE_BYTES, bytes.byteLength - SCALE_BYTES),
  }
}
