/** Opus packets as they come from an encoder. */
export interface OpusStream {
  readonly packets: readonly Uint8Array[]
  /** Of what was encoded, in hertz. */
  readonly sampleRate: number
  /** Samples in a packet. */
  readonly frameSize: number
  /** Samples of silence that the encoder puts before the sound. */
  readonly lookahead: number
  /** Samples in all, so that the end is cut where it was. */
  readonly samples: number
}

/** Opus counts time in samples of 48 kHz, whatever was encoded. Source: RFC 7845. */
const OPUS_RATE = 48_000
const PACKETS_PER_PAGE = 50
const SERIAL = 0x62_6f_74_79
const FIRST_PAGE = 2
const LAST_PAGE = 4
const VENDOR = 'botyard'

/** A file of Opus packets, mono. Source: RFC 7845, RFC 3533. */
export function toOggOpus(stream: OpusStream): Buffer {
  const { packets, sampleRate, frameSize, lookahead, samples } = stream
  const scale = OPUS_RATE / sampleRate
  const preSkip = lookahead * scale
  const pages = [
    toPage([toHead(preSkip, sampleRate)], { flags: FIRST_PAGE, granule: 0, index: 0 }),
    toPage([toTags()], { flags: 0, granule: 0, index: 1 }),
  ]
  const end = preSkip + samples * scale
  for (let from = 0; from < packets.length; from += PACKETS_PER_PAGE) {
    const group = packets.slice(from, from + PACKETS_PER_PAGE)
    const isLast = from + group.length >= packets.length
    const whole = (from + group.length) * frameSize * scale
    const granule = isLast ? Math.min(end, whole) : whole
    pages.push(toPage(group, { flags: isLast ? LAST_PAGE : 0, granule, index: pages.length }))
  }
  return Buffer.concat(pages)
}

function toHead(preSkip: number, sampleRate: number): Buffer {
  const head = Buffer.alloc(19)
  head.write('OpusHead', 0, 'latin1')
  // Version and channels.
  head.writeUInt8(1, 8)
  head.writeUInt8(1, 9)
  head.writeUInt16LE(preSkip, 10)
  head.writeUInt32LE(sampleRate, 12)
  return head
}

function toTags(): Buffer {
  const tags = Buffer.alloc(8 + 4 + VENDOR.length + 4)
  tags.write('OpusTags', 0, 'latin1')
  tags.writeUInt32LE(VENDOR.length, 8)
  tags.write(VENDOR, 12, 'latin1')
  return tags
}

interface PagePlace {
  readonly flags: number
  readonly granule: number
  readonly index: number
}

function toPage(packets: readonly Uint8Array[], { flags, granule, index }: PagePlace): Buffer {
  // A packet is cut into pieces of 255 bytes; a shorter piece, if need be an empty one, ends it.
  const segments = packets.flatMap(({ length }) => [
    ...Array<number>(Math.floor(length / 255)).fill(255),
    length % 255,
  ])
  const header = Buffer.alloc(27)
  header.write('OggS', 0, 'latin1')
  header.writeUInt8(flags, 5)
  header.writeBigInt64LE(BigInt(Math.round(granule)), 6)
  header.writeUInt32LE(SERIAL, 14)
  header.writeUInt32LE(index, 18)
  header.writeUInt8(segments.length, 26)
  const page = Buffer.concat([header, Buffer.from(segments), ...packets])
  page.writeUInt32LE(checksum(page), 22)
  return page
}

const POLYNOMIAL = 0x04_c1_1d_b7

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte << 24
  for (let bit = 0; bit < 8; bit++) rest = rest & 0x80_00_00_00 ? (rest << 1) ^ POLYNOMIAL : rest << 1
  return rest >>> 0
})

function checksum(page: Uint8Array): number {
  let sum = 0
  for (const byte of page) sum = ((sum << 8) ^ (TABLE[((sum >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0
  return sum
}
