/** What a line of Markdown is, by how it begins. */
export type LineKind = 'blank' | 'fence' | 'list' | 'heading' | 'quote' | 'table' | 'plain'

/** How much of a line decides; markers are shorter. */
const LOOK = 40

const UNDECIDED = /^[ \t\r]*(?:[-*+]|#{1,6}|\d{1,3}[.)]?|`{1,2}|~{1,2})?$/

const KINDS: readonly (readonly [RegExp, LineKind])[] = [
  [/^[ \t\r]*(?:\n|$)/, 'blank'],
  [/^[ \t]*(?:```|~~~)/, 'fence'],
  [/^[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]/, 'list'],
  [/^[ \t]*#{1,6}[ \t]/, 'heading'],
  [/^[ \t]*>/, 'quote'],
  [/^[ \t]*\|/, 'table'],
]

/** The kind of the line that begins at `start`; undefined while too little of it is there. */
export function lineKind(text: string, start: number, atEnd: boolean): LineKind | undefined {
  const line = text.slice(start, start + LOOK)
  if (!atEnd && line.length < LOOK && UNDECIDED.test(line)) return undefined
  return KINDS.find(([pattern]) => pattern.test(line))?.[1] ?? 'plain'
}

const MARKER = /^[ \t]*(?:(?:[-*+]|\d{1,3}[.)]|#{1,6})[ \t]|>|\|)/

/** How long the mark is with which a line of this kind begins. */
export function markerLength(text: string, start: number): number {
  return MARKER.exec(text.slice(start, start + LOOK))?.[0].length ?? 0
}

const MAYBE_CLOSING = /^[ \t]*(?:`*|~*)[ \t\r]*$/
const CLOSING = /^[ \t]*(?:`{3,}|~{3,})[ \t\r]*(?:\n|$)/

/** The length of the line that closes a block of code, without its line break; 0 when the line is none, undefined while that is open. */
export function closingLength(text: string, start: number, atEnd: boolean): number | undefined {
  const line = text.slice(start, start + LOOK)
  if (!atEnd && line.length < LOOK && MAYBE_CLOSING.test(line)) return undefined
  return CLOSING.exec(line)?.[0].trimEnd().length ?? 0
}
