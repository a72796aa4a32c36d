import type { RichText, TextEntity } from './rich-text.ts'

/** What one message may hold, in code points, counted after entities are taken out. Source: tdlib/td. */
export const MESSAGE_LIMIT = 4_096

/** Where a cut hurts least, best first; each matches up to and including the place of the cut. */
const ENDS: readonly RegExp[] = [/\n\s*\n/g, /\n/g, /[.!?…][)"'»”]*\s/gu, /\s/g]

/**
 * Cuts a text into parts that fit a message each, at the end of a paragraph, a line, a sentence or a word if there is
 * one in the last half. Entities that reach over a cut go on in the next part, so code stays code. White space
 * around a cut is left out; a text of nothing but white space has no parts.
 */
export function splitText(rich: RichText, limit: number = MESSAGE_LIMIT): readonly RichText[] {
  const parts: RichText[] = []
  let start = skipBlank(rich, 0)
  while (start < rich.text.length) {
    const end = findEnd(rich.text, start, limit)
    parts.push(slice(rich, start, end))
    start = skipBlank(rich, end)
  }
  return parts
}

/** The end of the part that begins at `start`. */
function findEnd(text: string, start: number, limit: number): number {
  const furthest = advance(text, start, limit)
  if (furthest >= text.length) return text.length
  const earliest = start + Math.ceil((furthest - start) / 2)
  for (const pattern of ENDS) {
    // A blank right behind the part is as good an end as one within.
    const last = [...text.slice(earliest, furthest + 1).matchAll(pattern)].at(-1)
    if (last) return Math.min(furthest, earliest + last.index + last[0].length)
  }
  return beforeJoined(text, start, furthest)
}

/** `count` code points further, never between the halves of a pair. */
function advance(text: string, start: number, count: number): number {
  // All would fit even if every unit were a character.
  if (text.length - start <= count) return text.length
  let index = start
  for (let taken = 0; taken < count && index < text.length; taken++)
    index += (text.codePointAt(index) ?? 0) > 0xff_ff ? 2 : 1
  return index
}

const JOINER = '\u{200d}'
const JOINED = /^(?:\p{M}|\p{Emoji_Modifier}|\u{200d})/u

/** Back to where no mark, joiner or flag half belongs to the character before. */
function beforeJoined(text: string, start: number, end: number): number {
  let cut = end
  for (let steps = 0; steps < 16 && cut > start + 1; steps++) {
    const next = String.fromCodePoint(text.codePointAt(cut) ?? 0)
    if (!JOINED.test(next) && text[cut - 1] !== JOINER) return cut
    cut -= isLowHalf(text, cut - 1) ? 2 : 1
  }
  return end
}

function isLowHalf(text: string, index: number): boolean {
  return index > 0 && (text.codePointAt(index - 1) ?? 0) > 0xff_ff
}

/** Over white space; in code only over blank lines, since the begin of a line has a meaning there. */
function skipBlank({ text, entities }: RichText, from: number): number {
  const blank = from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0)
  const inCode = entities.some(
    ({ type, offset, length }) => type === 'pre' && offset <= from && from < offset + length,
  )
  if (!inCode || blank === text.length) return blank
  return from + (/^(?:[^\S\n]*\n)*/.exec(text.slice(from))?.[0].length ?? 0)
}

function slice({ text, entities }: RichText, start: number, end: number): RichText {
  const part = text.slice(start, end).trimEnd()
  const last = start + part.length
  return {
    text: part,
    entities: entities.flatMap((entity): readonly TextEntity[] => {
      const from = Math.max(entity.offset, start)
      const to = Math.min(entity.offset + entity.length, last)
      return to > from ? [{ ...entity, offset: from - start, length: to - from }] : []
    }),
  }
}
