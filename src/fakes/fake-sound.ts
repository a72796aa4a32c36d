/** In hertz. */
const FAKE_SAMPLE_RATE = 24_000

const SECONDS_A_CHARACTER = 0.06
const TONE_HERTZ = 220

/** A tone that lasts as long as somebody would take to say the text: 16 bits, little-endian, mono, 24 kHz. */
export function fakeSpeech(text: string): Buffer {
  const samples = Math.ceil(text.length * SECONDS_A_CHARACTER * FAKE_SAMPLE_RATE)
  const pcm = Buffer.alloc(samples * 2)
  for (let index = 0; index < samples; index++)
    pcm.writeInt16LE(
      Math.round(8_000 * Math.sin((index / FAKE_SAMPLE_RATE) * TONE_HERTZ * 2 * Math.PI)),
      index * 2,
    )
  return pcm
}

/** The same as a WAV file. */
export function fakeWav(text: string, sampleRate: number = FAKE_SAMPLE_RATE): Buffer {
  const pcm = fakeSpeech(text)
  const header = Buffer.alloc(44)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(36 + pcm.length, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(sampleRate, 24)
  header.writeUInt32LE(sampleRate * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(pcm.length, 40)
  return Buffer.concat([header, pcm])
}

/** MPEG-2, layer III, 64 kbit/s, 24 kHz, mono: a frame is 192 bytes and 24 ms, and without content it is silent. */
const MP3_HEADER = Buffer.from([0xff, 0xf3, 0x84, 0xc0])
const MP3_FRAME_BYTES = 192
const MP3_FRAME_SECONDS = 0.024

/** Silence of that length, as MP3. */
export function fakeMp3(text: string): Buffer {
  const frame = Buffer.alloc(MP3_FRAME_BYTES)
  MP3_HEADER.copy(frame)
  const frames = Math.ceil((text.length * SECONDS_A_CHARACTER) / MP3_FRAME_SECONDS)
  return Buffer.concat(Array<Buffer>(frames).fill(frame))
}
