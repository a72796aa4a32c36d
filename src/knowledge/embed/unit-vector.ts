/** The vector in the same direction with length 1, so that the inner product is the cosine; zeros stay zeros. */
export function toUnitVector(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return length === 0 ? vector : vector.map((value) => value / length)
}
