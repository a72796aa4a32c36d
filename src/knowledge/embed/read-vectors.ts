/** A vector as servers write it: numbers, or base64 of little-endian float32. Undefined when it is neither. */
export function toNumbers(written: unknown): Float32Array | undefined {
  if (Array.isArray(written))
    return written.every((value) => typeof value === 'number') ? Float32Array.from(written) : undefined
  if (typeof written !== 'string') return undefined
  const bytes = Buffer.from(written, 'base64')
  if (bytes.length % 4 !== 0) return undefined
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4))
}

/** A list of vectors; empty when it is none. */
export function toVectorList(written: unknown): readonly (Float32Array | undefined)[] {
  return Array.isArray(written) ? written.map(toNumbers) : []
}
