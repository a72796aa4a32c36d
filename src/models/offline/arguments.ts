import { compilePhrases, cutSpan, findSpan } from './phrases.ts'
import type { Clause } from './request.ts'
import { findSlot, SLOT_ORDER, type SlotContext, topicPattern } from './slots.ts'
import type { OfflineTool, Parameter } from './tool.ts'
import { findUnitPair } from './unit-pair.ts'
import { WEAK_ACTIONS } from './vocabulary.ts'
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
}

interface Reading {
  readonly text: string
  readonly values: ReadonlyMap<string, readonly unknown[]>
}

/** Fills the arguments of `tool` from the words of `clause`. Dates count from `now`. */
export function fillArguments(tool: OfflineTool, clause: Clause, now: Date): Filled {
  const slots = readSlots(tool, readLabels(tool, { text: withoutAction(clause), values: new Map() }), now)
  const main = findMainText(tool, clause, slots)
  const values = new Map(slots.values)
  const left = cleanText(tool, slots.text)
  const text = main ? readText(main, { clause, left, rest: slots.text }) : ''
  if (main && text) values.set(main.name, [text])
  const missing = tool.parameters.find(({ name, required }) => required && !values.has(name))
  return {
    calls: combine(values),
    missing,
    // "Rename the milk task to oat milk" means the task before the new text.
    reference: missing?.kind === 'id' ? cleanReference(text === '' ? left : (left.split(text)[0] ?? '')) : '',
    recognised: slots.values.size,
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

/** "description: two litres", `title = "x"`. */
function readLabels(tool: OfflineTool, reading: Reading): Reading {
  let { text } = reading
  const values = new Map(reading.values)
  for (const { name, kind } of tool.parameters) {
    if (kind !== 'text') continue
    const label = topicPattern([nameWords(name).join(' ')]).source
    const match = new RegExp(
      String.raw`(?:,\s*)?(?:with\s+)?(?:${label})\s*[:=]\s*(?<value>"[^"]+"|[^,;\n]+)`,
      'iu',
    ).exec(text)
    if (!match) continue
    values.set(name, [trimText(match.groups?.['value'] ?? '')])
    text = cutSpan(text, { start: match.index, end: match.index + match[0].length })
  }
  return { text, values }
}

function readSlots(tool: OfflineTool, reading: Reading, now: Date): Reading {
  const pair = findUnitPair(tool, reading.text)
  let text = pair?.text ?? reading.text
  const values = new Map([...reading.values, ...(pair?.values ?? [])])
  const context: SlotContext = { tool, now }
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

/** The parameter that takes the words nothing else has taken. */
function findMainText(tool: OfflineTool, { action }: Clause, { values }: Reading): Parameter | undefined {
  const open = tool.parameters.filter(({ name, kind }) => kind === 'text' && !values.has(name))
  const required = open.find((parameter) => parameter.required)
  if (required || action === 'add') return required ?? open[0]
  if (action === 'update') return values.size > 1 ? undefined : open[0]
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

/** What is left of "the one about milk" once small words and the kind of thing are gone. */
function cleanReference(text: string): string {
  return trimText(
    text.replaceAll(
      /(?<!\p{L})(?:the|a|an|my|one|that|this|it|as|to|with|task|tasks|задач\p{L}|эту|мою|как|про)(?!\p{L})/giu,
      ' ',
    ),
  )
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
