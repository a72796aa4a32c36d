const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u{a0}',
}

/** The character references models write now and then (`&amp;`, `&#39;`), as characters; others stay as they are. */
export function decodeReferences(text: string): string {
  return text.replaceAll(/&(#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,4});/gi, (whole, reference: string) => {
    if (!reference.startsWith('#')) return NAMED[reference.toLowerCase()] ?? whole
    const code = Number(reference.slice(1).replace(/^x/i, '0x'))
    return isCharacter(code) ? String.fromCodePoint(code) : whole
  })
}

/** Neither a control character nor half of a pair nor beyond Unicode. */
function isCharacter(code: number): boolean {
  return code >= 32 && code <= 0x10_ff_ff && (code < 0xd8_00 || code > 0xdf_ff)
}
