import { createDecoder, getPacketInfo } from 'libopus-wasm'
import { afterAll, describe, expect, test } from 'vitest'
import { Packaging } from './packaging.ts'
import { resample } from './resample.ts'
import { fromWav, toWav } from './wav.ts'

const packaging = new Packaging()
const { signal } = new AbortController()

afterAll(() => packaging.close())

/** A tone of 440 Hz. */
function tone(seconds: number, rate = 24_000): Int16Array {
  return Int16Array.from(
    { length: seconds * rate },
    (_, index) => 12_000 * Math.sin((index / rate) * 440 * 2 * Math.PI),
  )
}

function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
}

describe('WAV', () => {
  test('is read as it was written', () => {
    const pcm = bytesOf(tone(0.1))
    expect(fromWav(toWav(pcm))).toEqual({ pcm: Buffer.from(pcm), sampleRate: 24_000 })
  })

  test('of a program that did not know its length is read to the end', () => {
    const file = toWav(bytesOf(tone(0.1)))
    file.writeUInt32LE(0x7f_ff_f0_00, 40)
    expect(fromWav(file).pcm).toHaveLength(4_800)
  })

  test('that is none is refused', () => {
    expect(() => fromWav(Buffer.from('<html>'))).toThrow('no WAV file')
  })
})

test('resampling keeps length and tone', () => {
  const samples = resample(tone(1, 22_050), 22_050, 24_000)
  expect(samples).toHaveLength(24_000)
  const crossings = samples.filter((value, index) => value >= 0 && (samples[index - 1] ?? 0) < 0).length
  expect(crossings).toBeGreaterThan(437)
  expect(crossings).toBeLessThan(443)
})

interface Page {
  readonly flags: number
  readonly granule: number
  readonly packets: readonly Buffer[]
}

/** An independent reading of the container. */
function readPages(file: Buffer): readonly Page[] {
  const pages: Page[] = []
  for (let at = 0; at < file.length;) {
    expect(file.toString('latin1', at, at + 4)).toBe('OggS')
    const count = file.readUInt8(at + 26)
    const sizes = [...file.subarray(at + 27, at + 27 + count)]
    let from = at + 27 + count
    const packets: Buffer[] = []
    let size = 0
    for (const part of sizes) {
      size += part
      if (part === 255) continue
      packets.push(file.subarray(from, from + size))
      from += size
      size = 0
    }
    pages.push({ flags: file.readUInt8(at + 5), granule: Number(file.readBigInt64LE(at + 6)), packets })
    at = from
  }
  return pages
}

describe('a voice message', () => {
  test('is Ogg Opus that a decoder hears as the tone it was, to the sample', async () => {
    const { bytes, contentType, seconds } = await packaging.toVoiceMessage(
      [bytesOf(tone(1)), bytesOf(tone(1.5))],
      signal,
    )
    expect({ contentType, seconds }).toEqual({ contentType: 'audio/ogg', seconds: 2.5 })
    const [head, tags, ...pages] = readPages(Buffer.from(bytes))
    expect(head?.packets[0]?.toString('latin1', 0, 8)).toBe('OpusHead')
    expect(tags?.packets[0]?.toString('latin1', 0, 8)).toBe('OpusTags')
    const preSkip = head?.packets[0]?.readUInt16LE(10) ?? 0
    expect(pages.at(-1)).toMatchObject({ flags: 4, granule: preSkip + 2.5 * 48_000 })
    const decoder = await createDecoder({ channels: 1, sampleRate: 24_000 })
    const packets = pages.flatMap((page) => page.packets)
    expect(await getPacketInfo(packets[0] ?? Buffer.alloc(0))).toMatchObject({ durationMs: 20, channels: 1 })
    const heard = packets.flatMap((packet) => [...decoder.decode(packet)]).slice(preSkip / 2)
    decoder.free()
    const second = heard.slice(12_000, 24_000)
    const crossings = second.filter((value, index) => value >= 0 && (second[index - 1] ?? 0) < 0).length
    expect(crossings).toBeGreaterThan(215)
    expect(crossings).toBeLessThan(225)
  })

  test('is given up when nobody wants it any more', async () => {
    await expect(
      packaging.toVoiceMessage([bytesOf(tone(1))], AbortSignal.abort(new Error('left'))),
    ).rejects.toThrow('left')
  })
})
