import { findDateWords, type DateWords } from '../../date-words.ts'
import type { WallClock } from '../../time-zone.ts'
import { findExpression } from './expression.ts'
import { findChoice, findSort } from './choice-slots.ts'
import { findLabel, findList } from './list-slots.ts'
import { findNumber, findReminderSlot } from './number-slots.ts'
import { findPlaces } from './place-slots.ts'
import { findRepeat } from './repeat.ts'
import type { Slot, SlotContext, SlotFinder } from './slot.ts'
import { topicPattern } from './topic-pattern.ts'
import { compilePhrases, cutSpan, findSpan } from './phrases.ts'
import type { Parameter, ParameterKind } from './tool.ts'
import { nameWords } from './words.ts'

/** How each kind of parameter is found. Plain text is not here: it is what all others leave over. */
const FINDERS: Readonly<Partial<Record<ParameterKind, SlotFinder>>> = {
  boolean: findBoolean,
  choice: findChoice,
  date: findDateSlot,
  expression: (text) => {
    const found = findExpression(text)
    return found && { values: [found.expression], text: cutSpan(text, found) }
  },
  id: findId,
  list: findList,
  number: findNumber,
  pattern: findPattern,
  label: findLabel,
  place: findPlaces,
  reminder: findReminderSlot,
  repeat: findRepeatSlot,
  sort: findSort,
}

/** The kinds in the order they are looked for: what is surest to recognise leaves the text first. */
export const SLOT_ORDER: readonly ParameterKind[] = [
  'pattern',
  'expression',
  'repeat',
  'reminder',
  'date',
  'list',
  'label',
  'sort',
  'choice',
  'boolean',
  'id',
  'number',
  'place',
]

export function findSlot(text: string, parameter: Parameter, context: SlotContext): Slot | undefined {
  return FINDERS[parameter.kind]?.(text, parameter, context)
}

function findDateSlot(text: string, parameter: Parameter, { now }: SlotContext): Slot | undefined {
  const found = findDateWords(text, toLocalClock(now))
  if (!found) return undefined
  const said = text.slice(found.start, found.end).replaceAll(/\s+/g, ' ')
  return { values: [parameter.inWords ? said : toDateValue(found, parameter)], text: cutSpan(text, found) }
}

function findRepeatSlot(text: string, { repeat }: Parameter, { now }: SlotContext): Slot | undefined {
  const found = repeat && findRepeat(text, repeat, toLocalClock(now))
  return found && { values: [found.value], text: found.text }
}

function toDateValue({ date, time }: DateWords, { dateTime }: Parameter): string {
  if (dateTime) return new Date(time ? `${date}T${time}:00` : `${date}T00:00:00Z`).toISOString()
  return time ? `${date}T${time}:00` : date
}

function toLocalClock(now: Date): WallClock {
  const [hour, minute] = [now.getHours(), now.getMinutes()]
  return { year: now.getFullYear(), month: now.getMonth(), day: now.getDate(), hour, minute }
}

function findBoolean(text: string, { name }: Parameter): Slot | undefined {
  const named = compilePhrases(
    nameWords(name)
      .map((word) => `${word}*`)
      .join(' '),
  )
  const span = findSpan(text, named)
  if (!span) return undefined
  const negated = /(?:\b(?:not|no|without)|(?<!\p{L})(?:не|без))\s+$/iu.exec(text.slice(0, span.start))
  const start = negated?.index ?? span.start
  return { values: [!negated], text: cutSpan(text, { start, end: span.end }) }
}

function findPattern(text: string, { pattern }: Parameter): Slot | undefined {
  if (!pattern) return undefined
  for (const match of text.matchAll(/[^\s,;!?()"«»]{1,64}/gu)) {
    const token = match[0].replace(/[.:]+$/, '')
    const span = { start: match.index, end: match.index + token.length }
    if (pattern.test(token)) return { values: [token], text: cutSpan(text, span) }
  }
  return undefined
}

const ID = String.raw`(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z]{1,6}-?\d+|\d+)`

/** "task 3", "tasks 1, 2 and 5", "#3", "№ 3", or a bare number that is all there is. */
function findId(text: string, { name, numeric }: Parameter, { tool }: SlotContext): Slot | undefined {
  const own = nameWords(name).slice(0, -1)
  const topic = topicPattern(own.length > 0 ? own : tool.topics).source
  const marker = String.raw`(?:(?:${topic})\s*(?:(?:id|number|no\.?|номер)\s*)?[#№]?|[#№]|(?<!\p{L})(?:id|number|no\.|номер))\s*`
  const list = String.raw`(?<ids>${ID}(?:\s*(?:,|and|и|&|,\s*and)\s*[#№]?${ID})*)(?![\p{L}\p{N}])`
  const match =
    new RegExp(marker + list, 'iu').exec(text) ?? new RegExp(`^\\s*[#№]?${list}[\\s.!?]*$`, 'iu').exec(text)
  if (!match) return undefined
  const ids = match.groups?.['ids']?.match(new RegExp(ID, 'giu')) ?? []
  const values = ids.map((id) => (numeric ? Number(id) : id)).filter((id) => !Number.isNaN(id))
  return { values, text: cutSpan(text, { start: match.index, end: match.index + match[0].length }) }
}
