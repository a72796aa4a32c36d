/** The same sound with another number of samples a second, by linear interpolation, which is enough for speech. */
export function resample(samples: Int16Array, from: number, to: number): Int16Array {
  if (from === to) return samples
  const length = Math.floor((samples.length * to) / from)
  const result = new Int16Array(length)
  const step = from / to
  for (let index = 0; index < length; index++) {
    const place = index * step
    const before = Math.floor(place)
    const here = samples[before] ?? 0
    const next = samples[before + 1] ?? here
    result[index] = here + (next - here) * (place - before)
  }
  return result
}
