import type { Message } from '../../messages.ts'
import type { Arguments } from './arguments.ts'
import { type Intention, readIntentions } from './intent.ts'
import { findLister, type ListItem, matchItems, readItems } from './reference.ts'
import type { OfflineTool, Parameter } from './tool.ts'
import { READ_ACTIONS } from './vocabulary.ts'

/** A call of this turn with its result. */
export interface FinishedCall {
  readonly tool: string
  /** JSON text. */
  readonly input: string
  /** The parsed result; the text itself when it is not JSON. */
  readonly output: unknown
}

export interface PlannedCall {
  readonly tool: string
  readonly input: Arguments
}

/** Why a request cannot be carried out as it was said. */
export type Obstacle =
  | { readonly kind: 'missing'; readonly tool: OfflineTool; readonly parameter: Parameter }
  | { readonly kind: 'ambiguous'; readonly reference: string; readonly items: readonly ListItem[] }
  | { readonly kind: 'not-found'; readonly reference: string; readonly items: readonly ListItem[] }

/** What to do next. */
export interface Plan {
  /** To be run now; empty when everything that can be done is done. */
  readonly calls: readonly PlannedCall[]
  readonly obstacles: readonly Obstacle[]
  /** The results to tell; those of calls made only to find an id are left out. */
  readonly results: readonly FinishedCall[]
  /** What may have to be asked once the things meant have been looked up. */
  readonly doubts: readonly Obstacle[]
  readonly understood: boolean
}

/**
 * The next step of a turn, worked out anew from the person's words and the calls already made. Nothing a tool
 * returned is ever read as a request: results only lend ids and labels.
 */
export function planStep(
  message: string,
  { tools, finished, now }: { tools: readonly OfflineTool[]; finished: readonly FinishedCall[]; now: Date },
): Plan {
  const intentions = readIntentions(message, tools, now)
  const resolved = intentions.map((intention) => resolve(intention, tools, finished))
  const results = [...finished]
  for (const lookup of new Set(resolved.flatMap(({ lookup }) => lookup ?? []))) takeCall(results, lookup)
  // A result stands for one request only: a list asked for after a change is made anew.
  const open = [...results]
  const waiting = resolved
    .flatMap(({ calls }) => calls)
    .filter(({ tool, input }) => !takeCall(open, callKey(tool, JSON.stringify(input))))
  return {
    calls: firstBatch(waiting, tools),
    obstacles: resolved.flatMap(({ obstacle }) => obstacle ?? []),
    doubts: resolved.flatMap(({ doubts }) => doubts ?? []),
    results,
    understood: intentions.length > 0,
  }
}

/** The calls of this turn that have their results, in order. */
export function readFinished(messages: readonly Message[]): readonly FinishedCall[] {
  const inputs = new Map<string, string>()
  const finished: FinishedCall[] = []
  for (const message of messages) {
    if (message.role === 'assistant')
      for (const { callId, input } of message.toolCalls ?? []) inputs.set(callId, input)
    if (message.role === 'tool')
      finished.push({
        tool: message.tool,
        input: inputs.get(message.callId) ?? '{}',
        output: parseOutput(message.output),
      })
  }
  return finished
}

interface Resolved {
  readonly calls: readonly PlannedCall[]
  readonly obstacle?: Obstacle
  readonly doubts?: readonly Obstacle[]
  readonly lookup?: string
}

function resolve(
  { tool, filled }: Intention,
  tools: readonly OfflineTool[],
  finished: readonly FinishedCall[],
): Resolved {
  const { missing, reference } = filled
  if (!missing) return { calls: filled.calls.map((input) => ({ tool: tool.name, input })) }
  const lister = missing.kind === 'id' && reference !== '' ? findLister(tools, tool) : undefined
  if (!lister) return { calls: [], obstacle: { kind: 'missing', tool, parameter: missing } }
  const lookup = callKey(lister.name, '{}')
  const listed = finished.find((call) => callKey(call.tool, call.input) === lookup)
  if (!listed) {
    const doubts = (['ambiguous', 'not-found'] as const).map((kind) => ({ kind, reference, items: [] }))
    return { calls: [{ tool: lister.name, input: {} }], lookup, doubts }
  }
  const items = readItems(listed.output, missing).filter(
    (item) => tool.action !== 'complete' || !isDone(item),
  )
  const matches = matchItems(items, reference)
  const [match] = matches
  if (!match) return { calls: [], lookup, obstacle: { kind: 'not-found', reference, items } }
  if (matches.length > 1)
    return { calls: [], lookup, obstacle: { kind: 'ambiguous', reference, items: matches } }
  const id = missing.numeric ? Number(match.id) : String(match.id)
  return {
    calls: filled.calls.map((input) => ({ tool: tool.name, input: { ...input, [missing.name]: id } })),
    lookup,
  }
}

/** What is done cannot be meant by "finish the milk task". */
function isDone({ fields }: ListItem): boolean {
  return fields['completed'] === true || /^(?:completed|done|closed)$/.test(String(fields['status']))
}

/** Reads run together; a change runs before what comes after it, so that a list asked for later shows it. */
function firstBatch(calls: readonly PlannedCall[], tools: readonly OfflineTool[]): readonly PlannedCall[] {
  const unique = [
    ...new Map(calls.map((call) => [callKey(call.tool, JSON.stringify(call.input)), call])).values(),
  ]
  const first = unique[0]
  if (!first) return []
  const isRead = ({ tool }: PlannedCall): boolean => {
    const action = tools.find(({ name }) => name === tool)?.action
    return action === undefined || READ_ACTIONS.has(action)
  }
  const end = unique.findIndex((call) => (isRead(first) ? !isRead(call) : call.tool !== first.tool))
  return end === -1 ? unique : unique.slice(0, end)
}

/** Removes the first call with this key; false when there is none. */
function takeCall(calls: FinishedCall[], key: string): boolean {
  const index = calls.findIndex(({ tool, input }) => callKey(tool, input) === key)
  if (index !== -1) calls.splice(index, 1)
  return index !== -1
}

function callKey(tool: string, input: string): string {
  return `${tool} ${input}`
}

function parseOutput(output: string): unknown {
  try {
    return JSON.parse(output)
  } catch {
    return output
  }
}
