const HIDDEN = '[key]'
/** Shorter pieces of a random key stand for nothing; longer ones must not be shown either. */
const PIECE_LENGTH = 8

/** A function that takes the key out of a text, also a piece of it that an excerpt has cut. */
export function createKeyHider(key: string | undefined): (text: string) => string {
  if (!key) return (text) => text
  const length = Math.min(PIECE_LENGTH, key.length)
  const pieces = new Set(
    Array.from({ length: key.length - length + 1 }, (_, at) => key.slice(at, at + length)),
  )
  return (text) =>
    Array.from(pieces).some((piece) => text.includes(piece)) ? hide(text, pieces, length) : text
}

function hide(text: string, pieces: ReadonlySet<string>, length: number): string {
  let shown = ''
  let hiddenUntil = 0
  for (let at = 0; at < text.length; at++) {
    if (pieces.has(text.slice(at, at + length))) {
      if (hiddenUntil <= at) shown += HIDDEN
      hiddenUntil = at + length
    }
    if (at >= hiddenUntil) shown += text[at]
  }
  return shown
}
