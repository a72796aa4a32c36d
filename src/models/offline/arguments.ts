import { compilePhrases, cutSpan, findSpan } from './phrases.ts'
import { asksToBeReminded } from './reminder.ts'
import type { Clause } from './request.ts'
import type { SlotContext } from './slot.ts'
import { findSlot, SLOT_ORDER } from './slots.ts'
import { topicPattern } from './topic-pattern.ts'
import type { OfflineTool, Parameter, ParameterKind } from './tool.ts'
import { findUnitPair } from './unit-pair.ts'
import { TOPICS, WEAK_ACTIONS } from './vocabulary.ts'
import { nameWords } from './words.ts'

/** Arguments of a call. */
export type Arguments = Readonly<Record<string, unknown>>

/** What a clause says about a tool's arguments. */
export interface Filled {
  /** One call each; more than one when the clause names several values ("in Tokyo and in Paris"). */
  readonly calls: readonly Arguments[]
  /** The first required parameter without a value. */
  readonly missing: Parameter | undefined
  /** For a missing id: the words that describe the thing meant ("the milk task" -> "milk"). */
  readonly reference: string
  /** How many parameters other than plain text were recognised: a hint that the tool is the right one. */
  readonly recognised: number
  /** True when the clause says when or how often. */
  readonly dated: boolean
}

const DATED: ReadonlySet<ParameterKind> = new Set(['date', 'repeat', 'reminder'])

interface Reading {
  readonly text: string
  readonly values: ReadonlyMap<string, readonly unknown[]>
}

/** Fills the arguments of `tool` from the words of `clause`. Dates count from `now`. */
export function fillArguments(tool: OfflineTool, clause: Clause, now: Date): Filled {
  const cleared = readCleared(tool, clause)
  const slots = remindAtTime(
    tool,
    clause,
    readSlots(tool, readLabels(tool, clause.action, cleared), { now, said: clause.text }),
  )
  const main = findMainText(tool, clause, slots)
  const values = addToFields(tool, clause, slots.values)
  const left = cleanText(tool, slots.text)
  const text = main ? readText(main, { clause, left, rest: slots.text }) : ''
  if (main && text) values.set(main.name, [SEARCH_NAMES.has(main.name) ? toSearchWord(text) : text])
  const missing = tool.parameters.find(({ name, required }) => required && !values.has(name))
  return {
    calls: combine(values),
    missing,
    // "Rename the milk task to oat milk" means the task before the new text.
    reference:
      missing?.kind === 'id' ? cleanReference(tool, text === '' ? left : (left.split(text)[0] ?? '')) : '',
    recognised: slots.values.size,
    dated: tool.parameters.some(({ name, kind }) => DATED.has(kind) && slots.values.has(name)),
  }
}

const POLITE = compilePhrases(`
    please, can you, could you, would you, i want to, i'd like to, i would like to, let's, for me, hey,
    hi, hello, ok, okay, also, пожалуйста, можешь, можете, хочу, давай, привет, мне`)

function withoutAction({ text, actionStart, actionEnd, action }: Clause): string {
  let rest = action ? cutSpan(text, { start: actionStart, end: actionEnd }) : text
  for (let span = findSpan(rest, POLITE); span; span = findSpan(rest, POLITE)) rest = cutSpan(rest, span)
  // "Mark the milk task as done": the deed is "done", and "mark" says nothing more.
  for (const weak of WEAK_ACTIONS.values()) {
    const span = findSpan(rest.trimStart(), weak)
    if (span?.start === 0) return cutSpan(rest.trimStart(), span)
  }
  return rest
}

/** "description: two litres", `title = "x"`, "the description of task 3 to two litres". */
function readLabels(tool: OfflineTool, action: Clause['action'], reading: Reading): Reading {
  let { text } = reading
  const values = new Map(reading.values)
  for (const { name, kind } of tool.parameters) {
    if (kind !== 'text') continue
    const match = labelPattern(name, action).exec(text)
    if (!match?.groups) continue
    const { value = match.groups['changed'] ?? '', between = '' } = match.groups
    values.set(name, [trimText(value)])
    const rest = cutSpan(text, { start: match.index, end: match.index + match[0].length })
    text = between === '' ? rest : `${rest}\n${between}`
  }
  return { text, values }
}

function labelPattern(name: string, action: Clause['action']): RegExp {
  const label = topicPattern([nameWords(name).join(' ')]).source
  const value = String.raw`(?<value>"[^"]+"|«[^»]+»|[^,;\n]+)`
  const marked = String.raw`(?:,\s*)?(?:with\s+)?(?:${label})\s*[:=]\s*${value}`
  if (action !== 'update') return new RegExp(marked, 'iu')
  const changed = String.raw`(?:the\s+)?(?:${label})(?:\s+(?:of|for|from|у|для)?\s*(?<between>[^\n]{1,80}?))?\s+(?:to|as|на)\s+${value.replace('value', 'changed')}`
  return new RegExp(`${marked}|${changed}`, 'iu')
}

function readSlots(tool: OfflineTool, reading: Reading, { now, said }: Omit<SlotContext, 'tool'>): Reading {
  const pair = findUnitPair(tool, reading.text)
  let text = pair?.text ?? reading.text
  const values = new Map([...reading.values, ...(pair?.values ?? [])])
  const context: SlotContext = { tool, now, said }
  for (const kind of SLOT_ORDER) {
    for (const parameter of tool.parameters) {
      if (parameter.kind !== kind || values.has(parameter.name)) continue
      const slot = findSlot(text, parameter, context)
      if (!slot || slot.values.length === 0) continue
      values.set(parameter.name, slot.values)
      text = slot.text
    }
  }
  return { text, values: preferRequiredDates(tool, values) }
}

/** The only date of "days until 31 December" belongs to the parameter that cannot do without one. */
function preferRequiredDates(
  { parameters }: OfflineTool,
  values: Map<string, readonly unknown[]>,
): Reading['values'] {
  const dates = parameters.filter(({ kind }) => kind === 'date')
  const empty = dates.find(({ name, required }) => required && !values.has(name))
  const spare = dates.find(({ name, required }) => !required && values.has(name))
  if (!empty || !spare) return values
  values.set(empty.name, values.get(spare.name) ?? [])
  values.delete(spare.name)
  return values
}

const SEARCH_NAMES = new Set(['query', 'search', 'question', 'q', 'keyword', 'keywords', 'text', 'filter'])

/** Searches compare letters: "маму" finds "маме" by what they share. */
function toSearchWord(text: string): string {
  return /^\p{Script=Cyrillic}{4,}$/u.test(text) ? text.replace(/[аеёиоуыэюяйь]$/iu, '') : text
}

const RENAME = compilePhrases('rename, переимен*')

/** A change of something else than the text: "move it to Monday". */
function saysElse({ parameters }: OfflineTool, values: Reading['values']): boolean {
  return parameters.some(({ name, kind }) => kind !== 'id' && values.has(name))
}

/** The parameter that takes the words nothing else has taken. */
function findMainText(
  tool: OfflineTool,
  { action, text }: Clause,
  { values }: Reading,
): Parameter | undefined {
  const open = tool.parameters.filter(({ name, kind }) => kind === 'text' && !values.has(name))
  const required = open.find((parameter) => parameter.required)
  if (required || action === 'add') return required ?? open[0]
  if (action === 'update') return saysElse(tool, values) && !RENAME.test(text) ? undefined : open[0]
  return open.find(({ name }) => SEARCH_NAMES.has(name))
}

/** Where the text of an optional parameter begins, by what is done with it. */
const TEXT_LEADS = {
  update: /(?:^|\s)(?:to|as|на|в)\s+(?<text>.+)$/isu,
  other: /(?:^|\s)(?:about|containing|with|matching|про|об?|со?)\s+(?<text>.+)$/isu,
} as const

function readText(
  main: Parameter,
  { clause, left, rest }: { clause: Clause; left: string; rest: string },
): string {
  const quoted = /"([^"]+)"|“([^”]+)”|«([^»]+)»/u.exec(rest)
  if (quoted) return trimText(quoted[0])
  if (main.required || clause.action === 'add' || clause.action === 'search') return left
  const lead = clause.action === 'update' ? TEXT_LEADS.update : TEXT_LEADS.other
  return trimText(lead.exec(rest)?.groups?.['text'] ?? '')
}

const ARTICLES = String.raw`(?:(?:a|an|the|my|our|new|another|one|me|мне|мою|мой|мои|новую|новое|новый|новая|ещё|еще)\s+)*`
const LINKS = String.raw`(?:called|named|titled|saying|to|that|about|for|под названием|с названием|о том,? что|чтобы|что|про)`

/** Drops the words that only say what kind of thing is meant ("a task to …", "… to my list"). */
function cleanText(tool: OfflineTool, text: string): string {
  const topics = topicPattern([...tool.topics, 'list']).source
  const things = String.raw`(?:(?:${topics}|список|списка|списке|list)\s*)+`
  const lead = new RegExp(
    String.raw`^\s*(?:(?:in|to|into|в|во|на)\s+)?${ARTICLES}${things}(?:${LINKS}(?=\s|:|$))?[\s:,—-]*`,
    'iu',
  )
  const tail = new RegExp(
    String.raw`\s+(?:to|in|into|on|from|в|во|из|на)\s+${ARTICLES}${things}[\s.!?]*$`,
    'iu',
  )
  const joined = trimText(text.replaceAll(/\s*\n\s*/g, ' '))
  const body = trimText(joined.replace(tail, '').replace(lead, ''))
  return trimText(body.replace(new RegExp(`^(?:${LINKS})\\s+`, 'iu'), ''))
}

/** What is left of "the due date of the milk task" once small words, the field and the kind of thing are gone. */
function cleanReference(tool: OfflineTool, text: string): string {
  const fields = tool.parameters
    .filter(({ kind }) => kind !== 'id')
    .map(({ name }) => fieldPattern(name).source)
  const words =
    'the|a|an|my|one|that|this|it|as|to|with|of|from|for|task|tasks|задач\\p{L}|задаче|эту|этой|мою|моей|как|про|у|из|для|на'
  const small = new RegExp(String.raw`(?<!\p{L})(?:${words})(?!\p{L})`, 'giu')
  const named = new RegExp(fields.join('|') || '(?!)', 'iu')
  return trimText(text.replace(named, ' ').replaceAll(small, ' '))
}

/** The words for a parameter: "due date" for `due_date`, "reminder" for `reminder_offset_minutes`. */
function fieldPattern(name: string): RegExp {
  const said = nameWords(name)
  return topicPattern([
    TOPICS.has(said.join(' ')) ? said.join(' ') : said.length > 2 ? (said[0] ?? '') : said.join(' '),
  ])
}

/** "Remove the due date": a change to nothing. */
function readCleared(tool: OfflineTool, clause: Clause): Reading {
  const text = withoutAction(clause)
  const parameter = clause.cleared
    ? tool.parameters.find(({ name, optional }) => optional && fieldPattern(name).test(clause.cleared ?? ''))
    : undefined
  if (!parameter) return { text, values: new Map() }
  const span = findSpan(text, fieldPattern(parameter.name))
  return { text: span ? cutSpan(text, span) : text, values: new Map([[parameter.name, [null]]]) }
}

/** What is added to a field goes to the parameter for that, where the tool has one (`add_tags` beside `tags`). */
function addToFields(
  { parameters }: OfflineTool,
  { adds }: Clause,
  values: Reading['values'],
): Map<string, readonly unknown[]> {
  const nameOf = (name: string): string =>
    parameters.find((other) => adds && other.name === `add_${name}`)?.name ?? name
  return new Map([...values].map(([name, found]) => [nameOf(name), found]))
}

/** "Remind me to call at 9" asks for a reminder at the time itself. */
function remindAtTime(tool: OfflineTool, { text }: Clause, reading: Reading): Reading {
  const reminder = tool.parameters.find(({ kind }) => kind === 'reminder')
  const isDue = tool.parameters.some(({ name, kind }) => kind === 'date' && reading.values.has(name))
  if (!reminder || !isDue || reading.values.has(reminder.name) || !asksToBeReminded(text)) return reading
  return { ...reading, values: new Map([...reading.values, [reminder.name, [0]]]) }
}

function trimText(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/^[\s,;:.!?"“«—-]+|[\s,;:.!?"”»—-]+$/gu, '')
}

/** One set of arguments for each value of the one parameter that has several. */
function combine(values: ReadonlyMap<string, readonly unknown[]>): readonly Arguments[] {
  const several = [...values].find(([, found]) => found.length > 1)
  const base = Object.fromEntries([...values].map(([name, found]) => [name, found[0]]))
  if (!several) return [base]
  const [name, found] = several
  return found.slice(0, 10).map((value) => ({ ...base, [name]: value }))
}
