/** Share of characters that may be damaged in a text that is UTF-8 nevertheless, such as one cut in a letter. */
const DAMAGED_SHARE = 0.01
/** How much of a text is looked at to guess its encoding, in bytes. */
const LOOKED_AT = 262_144

/** Encodings that Russian texts come in besides UTF-8. */
const CYRILLIC = ['windows-1251', 'koi8-r', 'ibm866'] as const

/** Letters in the order of their frequency make up most of a Russian text, in lower case. */
const COMMON_LETTERS = new Set('оеаинтсрвлкмдпу')

/**
 * The text of a file: by its byte order mark, else by `declared` (of an HTML page or a reply), else UTF-8 when it is, else
 * the Cyrillic encoding in which it reads like Russian, else windows-1252.
 */
export function decodeText(bytes: Uint8Array, declared?: string): string {
  const encoding = findMark(bytes) ?? findZeros(bytes) ?? known(declared) ?? guess(bytes)
  return new TextDecoder(encoding).decode(bytes)
}

/** True for bytes that are text in one of the encodings with zeros in them. */
export function isWideText(bytes: Uint8Array): boolean {
  return (findMark(bytes) ?? findZeros(bytes) ?? '').startsWith('utf-16')
}

function findMark(bytes: Uint8Array): string | undefined {
  const [first, second, third] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined
}

/** UTF-16 without a mark: every other byte of Latin text is zero. */
function findZeros(bytes: Uint8Array): string | undefined {
  const begin = bytes.subarray(0, 512)
  if (begin.length < 8 || !begin.includes(0)) return undefined
  const zeros = [0, 0]
  for (const [index, byte] of begin.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1
  const [even = 0, odd = 0] = zeros
  const most = begin.length / 2
  if (odd > most * 0.4 && even === 0) return 'utf-16le'
  return even > most * 0.4 && odd === 0 ? 'utf-16be' : undefined
}

function known(label: string | undefined): string | undefined {
  if (label === undefined) return undefined
  try {
    return new TextDecoder(label.trim()).encoding
  } catch {
    return undefined
  }
}

function guess(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return 'utf-8'
  const begin = bytes.subarray(0, LOOKED_AT)
  const scored = CYRILLIC.map((encoding) => ({ encoding, score: looksRussian(begin, encoding) }))
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a))
  return best.score > 0.5 ? best.encoding : 'windows-1252'
}

function isUtf8(bytes: Uint8Array): boolean {
  const text = new TextDecoder('utf-8').decode(bytes)
  const damaged = text.split('\uFFFD').length - 1
  if (damaged === 0) return true
  let foreign = 0
  for (const byte of bytes) if (byte >= 0x80) foreign++
  return damaged / foreign < DAMAGED_SHARE
}

/**
 * The share of non-ASCII characters that are common Russian letters beside another Russian letter: Western texts have
 * their accented letters one by one.
 */
function looksRussian(bytes: Uint8Array, encoding: string): number {
  const text = new TextDecoder(encoding).decode(bytes)
  let foreign = 0
  let fitting = 0
  for (let index = 0; index < text.length; index++) {
    const letter = text[index] ?? ''
    if (letter <= '\x7F') continue
    foreign++
    const beside = isCyrillic(text[index - 1]) || isCyrillic(text[index + 1])
    if (beside && COMMON_LETTERS.has(letter)) fitting++
  }
  return foreign === 0 ? 0 : fitting / foreign
}

function isCyrillic(letter = ''): boolean {
  return letter >= 'А' && letter <= 'я'
}
