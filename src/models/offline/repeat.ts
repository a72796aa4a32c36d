import { findDateWords } from '../../date-words.ts'
import type { WallClock } from '../../time-zone.ts'
import { cutSpan } from './phrases.ts'

type Schema = Readonly<Record<string, unknown>>

/** The fields of an object that says how often something comes again, by what they hold. */
export interface RepeatFields {
  readonly type: string
  readonly interval: string | undefined
  readonly end: string | undefined
}

const UNITS = ['daily', 'weekly', 'monthly'] as const
type Unit = (typeof UNITS)[number]

/** Recognises an object with a choice of daily, weekly and monthly; undefined for any other. */
export function readRepeatFields(properties: Readonly<Record<string, Schema>>): RepeatFields | undefined {
  const entries = Object.entries(properties)
  const type = entries.find(([, { enum: values }]) =>
    UNITS.every((unit) => Array.isArray(values) && values.includes(unit)),
  )
  if (!type) return undefined
  const interval = entries.find(
    ([, property]) => property['type'] === 'integer' || property['type'] === 'number',
  )
  const end = entries.find(([name]) => /end|until/i.test(name))
  return { type: type[0], interval: interval?.[0], end: end?.[0] }
}

const WEEKDAY = String.raw`(?:mon|tues|wednes|thurs|fri|satur|sun)day|понедельник|вторник|сред[ау]|четверг|пятницу|субботу|воскресенье`
const COUNT = String.raw`(?:(?<n>\d{1,3})|(?<other>other|second)|(?<two>two|два|две)|(?<three>three|три)|(?<four>four|четыре))`

/** The ways to say it; a group named after the unit tells which. A weekday stays in the text: it is also a date. */
const PATTERNS: readonly RegExp[] = [
  String.raw`every\s+(?:${COUNT}\s+)?(?:(?<daily>days?)|(?<weekly>weeks?)|(?<monthly>months?))`,
  String.raw`кажд\p{L}+\s+(?:${COUNT}\s+)?(?:(?<daily>день|дня|дней)|(?<weekly>недел\p{L})|(?<monthly>месяц\p{L}{0,2}))`,
  String.raw`(?:one time|once|раз)\s+(?:a|every|в)\s+(?:${COUNT}\s+)?(?:(?<daily>days?|день|дня|дней)|(?<weekly>weeks?|недел\p{L})|(?<monthly>months?|месяц\p{L}{0,2}))`,
  String.raw`(?<daily>daily|ежедневно)|(?<weekly>weekly|еженедельно)|(?<monthly>monthly|ежемесячно)`,
  String.raw`(?<weekly>every|кажд\p{L}+)(?=\s+(?:${WEEKDAY}))`,
  String.raw`кажд\p{L}+\s+(?=\d{1,2}(?:-?го)?\s+числ(?<monthly>о|а))`,
].map((source) => new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${source})(?![\p{L}\p{N}])`, 'iu'))

const UNTIL = /(?<![\p{L}\p{N}])(?:until|till|up to|до)\s/giu

/** How often, in words, and until when; and the text without them. */
export function findRepeat(
  text: string,
  fields: RepeatFields,
  wall: WallClock,
): { readonly value: Readonly<Record<string, unknown>>; readonly text: string } | undefined {
  for (const pattern of PATTERNS) {
    const match = pattern.exec(text)
    const unit = match && UNITS.find((name) => match.groups?.[name] !== undefined)
    if (!match || !unit) continue
    const left = cutSpan(text, { start: match.index, end: match.index + match[0].length })
    const end = findEnd(left, wall)
    const value = toValue(fields, { unit, interval: readCount(match.groups ?? {}), end: end?.words })
    return { value, text: end?.text ?? left }
  }
  return undefined
}

function toValue(
  fields: RepeatFields,
  { unit, interval, end }: { unit: Unit; interval: number; end: string | undefined },
): Readonly<Record<string, unknown>> {
  return {
    [fields.type]: unit,
    ...(fields.interval !== undefined && { [fields.interval]: interval }),
    ...(fields.end !== undefined && end !== undefined && { [fields.end]: end }),
  }
}

function readCount({ n, other, two, three, four }: Readonly<Record<string, string | undefined>>): number {
  if (n !== undefined) return Math.max(1, Number(n))
  if (other !== undefined || two !== undefined) return 2
  if (three !== undefined) return 3
  return four === undefined ? 1 : 4
}

/** "Until 31 December" is the end of the repetition, and no due date. */
function findEnd(
  text: string,
  wall: WallClock,
): { readonly words: string; readonly text: string } | undefined {
  for (const { index, 0: lead } of text.matchAll(UNTIL)) {
    const rest = text.slice(index + lead.length)
    const found = findDateWords(rest, wall)
    if (found?.start !== 0) continue
    const words = rest.slice(0, found.end).replaceAll(/\s+/g, ' ')
    return { words, text: cutSpan(text, { start: index, end: index + lead.length + found.end }) }
  }
  return undefined
}
