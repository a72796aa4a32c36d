import { fillArguments, type Filled } from './arguments.ts'
import { compilePhrases } from './phrases.ts'
import { type Clause, readClause, readClauses } from './request.ts'
import { topicPattern } from './topic-pattern.ts'
import type { OfflineTool } from './tool.ts'
import { READ_ACTIONS } from './vocabulary.ts'
import { contentWords, hasWord, words } from './words.ts'

/** A clause understood as a request for one tool. */
export interface Intention {
  readonly tool: OfflineTool
  readonly filled: Filled
}

/** Longer messages are read up to here: what is asked for stands at the begin. */
export const READ_CHARACTERS = 2_000

/** Scores from here on are a request; below, the words only happen to be in the message. */
const THRESHOLD = 3

/** The tools a message asks for, in its order. */
export function readIntentions(
  message: string,
  tools: readonly OfflineTool[],
  now: Date,
): readonly Intention[] {
  if (tools.length === 0) return []
  const actions = new Set(tools.flatMap(({ action }) => action ?? []))
  const text = message.slice(0, READ_CHARACTERS)
  const intentions = readClauses(text, actions).flatMap((clause) => readIntention(clause, tools, now) ?? [])
  // Splitting may part what belongs together ("Add a task. Buy milk"), so the whole message has a second chance.
  if (intentions.length > 0) return intentions
  const whole = readIntention(readClause(text), tools, now)
  return whole ? [whole] : []
}

function readIntention(clause: Clause, tools: readonly OfflineTool[], now: Date): Intention | undefined {
  if (clause.refused) return undefined
  let best: (Intention & { readonly score: number }) | undefined
  for (const tool of tools) {
    const filled = fillArguments(tool, clause, now)
    const score = scoreTool(tool, clause, filled)
    if (score >= THRESHOLD && score > (best?.score ?? 0)) best = { tool, filled, score }
  }
  return best
}

function scoreTool(tool: OfflineTool, clause: Clause, filled: Filled): number {
  const action = scoreAction(tool, clause, filled)
  const topics = scoreTopics(tool, clause)
  const description = words(tool.description)
  const described = contentWords(clause.text).filter((word) => hasWord(description, word)).length
  const score = action + topics + Math.min(1, described * 0.34) + scoreSlots(tool, filled)
  return action >= 3 && topics === 0 && !standsAlone(tool, filled) ? 0 : score
}

/** The same action counts most; a writing tool is never called by a clause that asks for something else. */
function scoreAction(tool: OfflineTool, clause: Clause, filled: Filled): number {
  const { action, strong } = clause
  if (action !== undefined && action === tool.action && action !== 'get') return strong ? 4 : 3
  const writes = tool.action !== undefined && !READ_ACTIONS.has(tool.action)
  if (writes) return tool.action === 'add' && isPlan(clause, filled) ? 3 : -100
  return action === undefined ? scoreNoAction(tool, clause, filled) : scoreOtherAction(tool, clause)
}

function scoreOtherAction(tool: OfflineTool, { action, strong }: Clause): number {
  // "Set my time zone" says no more than "my time zone".
  if (!strong && tool.action === undefined) return 0.5
  return action !== undefined && READ_ACTIONS.has(action) ? 1 : -2
}

function scoreNoAction(tool: OfflineTool, clause: Clause, filled: Filled): number {
  return clause.question || filled.recognised > 0 || isNothingElse(tool, clause) ? 1 : -1.5
}

/** "Water the plants every Monday": something to do, and when, without a word that says to note it. */
function isPlan({ text, action, question }: Clause, { dated, missing }: Filled): boolean {
  return (
    action === undefined && !question && dated && missing === undefined && STATEMENT.exec(text)?.index !== 0
  )
}

const STATEMENT = compilePhrases('i, you, he, she, we, they, я, ты, он, она, мы, вы, они')

/** "My tasks", "time?": the topic and no word of another. */
function isNothingElse({ topics }: OfflineTool, { text }: Clause): boolean {
  const topic = topicPattern(topics)
  if (STATEMENT.test(text)) return false
  return contentWords(text).every((word) => topic.test(word))
}

function scoreTopics({ topics }: OfflineTool, { text }: Clause): number {
  const matched = topics.filter((topic) => topicPattern([topic]).test(text)).length
  return topics.length > 0 ? (3 * matched) / topics.length : 0
}

/** Values that hardly occur by chance tell which tool is meant even when nothing is named ("2 + 2"). */
function scoreSlots(tool: OfflineTool, { calls, missing }: Filled): number {
  const found = new Set(Object.keys(calls[0] ?? {}))
  const telling = tool.parameters.filter(
    ({ kind, name }) => (kind === 'expression' || kind === 'pattern') && found.has(name),
  ).length
  const unitPair = found.has('from') && found.has('to')
  const amount = tool.parameters.some(({ kind, name }) => kind === 'number' && found.has(name))
  const pair = unitPair && missing === undefined ? (amount ? 3 : 2) : 0
  return 3 * telling + pair + (found.size > 0 ? 0.5 : 0)
}

/** A verb alone ("add …", "check 7707083893") is enough when the words after it fill what the tool needs. */
function standsAlone(tool: OfflineTool, { missing, calls, recognised }: Filled): boolean {
  if (recognised > 0) return true
  const needsNothing = tool.parameters.every(({ required }) => !required)
  return missing === undefined
    ? needsNothing || Object.keys(calls[0] ?? {}).length > 0
    : missing.kind === 'id'
}
