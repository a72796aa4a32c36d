import { SAMPLE_RATE } from '../voice.ts'

const HEADER_BYTES = 44
const BYTES_PER_SAMPLE = 2

/** A WAV file of samples of 16 bits, one channel. */
export function toWav(pcm: Uint8Array, sampleRate: number = SAMPLE_RATE): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(HEADER_BYTES - 8 + pcm.byteLength, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  // PCM, one channel.
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(sampleRate, 24)
  header.writeUInt32LE(sampleRate * BYTES_PER_SAMPLE, 28)
  header.writeUInt16LE(BYTES_PER_SAMPLE, 32)
  header.writeUInt16LE(8 * BYTES_PER_SAMPLE, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(pcm.byteLength, 40)
  return Buffer.concat([header, pcm])
}

/**
 * The samples of a WAV file and how many there are a second. Sizes beyond the end are cut: programs that write into a
 * pipe do not know them.
 */
export function fromWav(file: Uint8Array): { readonly pcm: Buffer; readonly sampleRate: number } {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'RIFF') throw new Error('this is no WAV file')
  let sampleRate = 0
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = bytes.toString('latin1', at, at + 4)
    const size = bytes.readUInt32LE(at + 4)
    const from = at + 8
    if (name === 'fmt ') sampleRate = bytes.readUInt32LE(from + 4)
    if (name === 'data') return { pcm: wholeSamples(bytes.subarray(from, from + size)), sampleRate }
    at = from + size + (size % 2)
  }
  throw new Error('this WAV file holds no samples')
}

function wholeSamples(pcm: Buffer): Buffer {
  return pcm.subarray(0, pcm.length - (pcm.length % BYTES_PER_SAMPLE))
}

/** How long samples sound, in seconds. */
export function secondsOf(pcm: Uint8Array): number {
  return pcm.byteLength / BYTES_PER_SAMPLE / SAMPLE_RATE
}
