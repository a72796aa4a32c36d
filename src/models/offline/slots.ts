import { findDateWords, type DateWords } from '../../date-words.ts'
import type { WallClock } from '../../time-zone.ts'
import { findExpression } from './expression.ts'
import { compilePhrases, cutSpan, findSpan, type Span } from './phrases.ts'
import type { OfflineTool, Parameter, ParameterKind } from './tool.ts'
import { CHOICES, TOPICS } from './vocabulary.ts'
import { nameWords, sameWord, words } from './words.ts'

/** Values found for one parameter, and the text without them. More than one value means one call for each. */
export interface Slot {
  readonly values: readonly unknown[]
  readonly text: string
}

export interface SlotContext {
  readonly tool: OfflineTool
  readonly now: Date
}

type SlotFinder = (text: string, parameter: Parameter, context: SlotContext) => Slot | undefined

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
  place: findPlaces,
}

/** The kinds in the order they are looked for: what is surest to recognise leaves the text first. */
export const SLOT_ORDER: readonly ParameterKind[] = [
  'list',
  'pattern',
  'expression',
  'date',
  'choice',
  'boolean',
  'id',
  'number',
  'place',
]

export function findSlot(text: string, parameter: Parameter, context: SlotContext): Slot | undefined {
  return FINDERS[parameter.kind]?.(text, parameter, context)
}

/** The words a thing goes by: those of the vocabulary, or the word itself. */
export function topicPattern(topics: readonly string[]): RegExp {
  const known = topics.map((topic) => TOPICS.get(topic)?.source ?? compilePhrases(`${topic}*`).source)
  return known.length > 0 ? new RegExp(known.join('|'), 'iu') : /(?!)/u
}

function findDateSlot(text: string, parameter: Parameter, { now }: SlotContext): Slot | undefined {
  const found = findDateWords(text, toLocalClock(now))
  if (!found) return undefined
  const said = text.slice(found.start, found.end).replaceAll(/\s+/g, ' ')
  return { values: [parameter.inWords ? said : toDateValue(found, parameter)], text: cutSpan(text, found) }
}

function toDateValue({ date, time }: DateWords, { dateTime }: Parameter): string {
  if (dateTime) return new Date(time ? `${date}T${time}:00` : `${date}T00:00:00Z`).toISOString()
  return time ? `${date}T${time}:00` : date
}

function toLocalClock(now: Date): WallClock {
  const [hour, minute] = [now.getHours(), now.getMinutes()]
  return { year: now.getFullYear(), month: now.getMonth(), day: now.getDate(), hour, minute }
}

/** A value of the choice as it is written, or in other words; the longest phrase wins ("not urgent" over "urgent"). */
function findChoice(text: string, { values, name }: Parameter, { tool }: SlotContext): Slot | undefined {
  let best: (Span & { readonly value: string }) | undefined
  for (const value of values) {
    const written = compilePhrases(words(value).join(' ') || value)
    for (const pattern of [written, CHOICES.get(value.toLowerCase())]) {
      const span = pattern && findSpan(text, pattern)
      if (span && (!best || span.end - span.start > best.end - best.start)) best = { ...span, value }
    }
  }
  return best && { values: [best.value], text: cutChoice(text, best, { name, tool }) }
}

/** "Buy important medicine" keeps its word; "urgent task: …", "…, it can wait" and "high priority" lose theirs. */
function cutChoice(text: string, span: Span, { name, tool }: { name: string; tool: OfflineTool }): string {
  const wide = widenChoice(text, span, topicPattern(nameWords(name)).source)
  const labelled = wide.end > span.end || wide.start < span.start - 1
  const rest = text.slice(wide.end)
  const endsLine = !/[\p{L}\p{N}]/u.test(/^[^\n]*/.exec(rest)?.[0] ?? '')
  const beforeTopic = topicPattern(tool.topics).test(/\p{L}+/u.exec(rest)?.[0] ?? '')
  return labelled || wide.start === 0 || endsLine || beforeTopic ? cutSpan(text, wide) : text
}

/** The value with the words that announce it: "with high priority", "priority: high". */
function widenChoice(text: string, { start, end }: Span, label: string): Span {
  const words = String.raw`(?:\b(?:with|as|to|of|is|it|this|that)\s+|(?<!\p{L})(?:с|на|это|как)\s+|${label}|[\s:,—-])`
  const before = new RegExp(`${words}*$`, 'iu').exec(text.slice(Math.max(0, start - 60), start))
  const after = new RegExp(String.raw`^(?:\s*(?:${label}))?`, 'iu').exec(text.slice(end))
  return { start: start - (before?.[0].length ?? 0), end: end + (after?.[0].length ?? 0) }
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

/** "tagged home and shop", "tags: home, shop", "с тегами дом и дача", "#home". */
function findList(text: string, { name, values: allowed }: Parameter): Slot | undefined {
  const stem = nameWords(name).join(' ').replace(/s$/, '')
  const topic = TOPICS.get(stem) ?? compilePhrases(`${stem}*`)
  const labelled = new RegExp(
    String.raw`(?:,\s*)?(?:with\s+|и\s+|с\s+)?(?:${topic.source})\s*(?:as|with|are|is|:|=)?\s*(?<list>[^\n.;]+)`,
    'iu',
  )
  const match = labelled.exec(text)
  const hashed = [...text.matchAll(/(?<!\S)#(\p{L}[\p{L}\p{N}_-]*)/gu)]
  const found = match
    ? (match.groups?.['list'] ?? '').split(/\s*,\s*|\s+(?:and|и)\s+/iu)
    : hashed.map((hash) => hash[1] ?? '')
  const entries = found
    .map((entry) => entry.replaceAll(/^[#\s"«]+|[\s"»]+$/gu, ''))
    .filter((entry) => entry !== '')
  const known = allowed.length > 0 ? entries.filter((entry) => allowed.includes(entry)) : entries
  if (known.length === 0) return undefined
  if (match)
    return {
      values: [known],
      text: cutSpan(text, { start: match.index, end: match.index + match[0].length }),
    }
  return { values: [known], text: text.replaceAll(/(?<!\S)#\p{L}[\p{L}\p{N}_-]*/gu, '') }
}

const MINUTES = { second: 1 / 60, minute: 1, hour: 60, day: 1440, week: 10_080 } as const
const DURATION =
  /(?<n>\d+(?:[.,]\d+)?|an?|one|half an)\s*(?:(?<second>seconds?|secs?|секунд\p{L}?)|(?<minute>minutes?|mins?|минут\p{L}?)|(?<hour>hours?|h|час\p{L}{0,2})|(?<day>days?|дн\p{L}{1,2}|день)|(?<week>weeks?|недел\p{L}))(?!\p{L})/iu

/** A number beside the parameter's name or, for names such as `offset_minutes`, a length of time; else the only number. */
function findNumber(text: string, parameter: Parameter): Slot | undefined {
  const names = nameWords(parameter.name)
  const unit = (Object.keys(MINUTES) as (keyof typeof MINUTES)[]).find((key) =>
    names.some((word) => sameWord(word, key)),
  )
  if (unit) return findDuration(text, MINUTES[unit])
  const numbers = [...text.matchAll(/(?<![\p{L}\p{N}.])-?\d+(?:[.,]\d+)?(?![\p{L}\p{N}])/gu)]
  const beside = numbers.find((match) => {
    const near = words(text.slice(Math.max(0, match.index - 24), match.index)).slice(-2)
    const next = words(text.slice(match.index + match[0].length, match.index + match[0].length + 24)).slice(
      0,
      1,
    )
    return [...near, ...next].some((word) => names.some((name) => sameWord(word, name)))
  })
  const match = beside ?? (parameter.required ? numbers[0] : undefined)
  if (!match) return undefined
  const span = { start: match.index, end: match.index + match[0].length }
  return { values: [Number(match[0].replace(',', '.'))], text: cutSpan(text, span) }
}

function findDuration(text: string, minutesOfUnit: number): Slot | undefined {
  const match = DURATION.exec(text)
  if (!match?.groups) return undefined
  const { n = '', ...units } = match.groups
  const unit =
    (Object.keys(MINUTES) as (keyof typeof MINUTES)[]).find((key) => units[key] !== undefined) ?? 'minute'
  const count = /^\d/.test(n) ? Number(n.replace(',', '.')) : n.toLowerCase() === 'half an' ? 0.5 : 1
  const before = /(?:\s+(?:before|earlier|in advance)|(?<=\p{L})\s+до)?/iu.exec(
    text.slice(match.index + match[0].length),
  )
  const lead = /(?:(?:and\s+)?remind me\s+|(?:и\s+)?(?:напомни\p{L}*\s+)?за\s+)?$/iu.exec(
    text.slice(0, match.index),
  )
  const span = {
    start: lead?.index ?? match.index,
    end: match.index + match[0].length + (before?.[0].length ?? 0),
  }
  return { values: [Math.round((count * MINUTES[unit]) / minutesOfUnit)], text: cutSpan(text, span) }
}

const PLACE_LEAD = /(?<![\p{L}\p{N}])(?:in|at|for|of|в|во|для|по)\s+(?<places>\p{L}[^?!;\n]*)/iu
const PLACE_NOISE =
  /(?<!\p{L})(?:right now|now|currently|at the moment|please|сейчас|пожалуйста|today|сегодня|time|времени|время)(?!\p{L})/giu

/** What stands after "in": one place, or several ("in Tokyo and in Paris"). */
function findPlaces(text: string): Slot | undefined {
  const zone = /(?<![\p{L}/])(?:[A-Z][A-Za-z]+(?:\/[A-Z][A-Za-z_+-]+){1,2}|UTC|GMT)(?![\p{L}/])/u.exec(text)
  const match = PLACE_LEAD.exec(text)
  if (!match)
    return zone
      ? { values: [zone[0]], text: cutSpan(text, { start: zone.index, end: zone.index + zone[0].length }) }
      : undefined
  const places = (match.groups?.['places'] ?? '')
    .replaceAll(PLACE_NOISE, ' ')
    .split(/\s*,\s*|\s+(?:and|or|и|или)\s+/iu)
    .map((place) => place.replace(/^(?:in|at|for|в|во|для)\s+/iu, '').replaceAll(/^[\s"«]+|[\s"».]+$/gu, ''))
    .filter((place) => /\p{L}/u.test(place))
  if (places.length === 0) return undefined
  return { values: places, text: cutSpan(text, { start: match.index, end: match.index + match[0].length }) }
}
