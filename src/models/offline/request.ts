import { compilePhrases } from './phrases.ts'
import { type Action, READ_ACTIONS, STRONG_ACTIONS, WEAK_ACTIONS } from './vocabulary.ts'

/** One thing a message asks for. */
export interface Clause {
  readonly text: string
  readonly action: Action | undefined
  /** Where the words of the action stand in `text`. */
  readonly actionStart: number
  readonly actionEnd: number
  /** False when the action is only a weak hint, such as "what". */
  readonly strong: boolean
  readonly question: boolean
  /** True when a deed is named that is not to be done: "don't delete it", "how do I delete it?". */
  readonly refused: boolean
}

const EXPLANATION = compilePhrases('how do i, how to, how can i, how does, how do, why, почему, зачем')
const EXPLANATION_START = /^\W*(?:(?:а|и|скажи\p{L}*|подскажи\p{L}*|расскажи\p{L}*),?\s+)?как(?!\p{L})/iu
const NEGATION = compilePhrases("don't, do not, never, не, нельзя")
const QUESTION = compilePhrases(
  "what, what's, how, when, which, where, сколько, какой, какая, какое, который, когда",
)
const CONNECTOR = /[,;]?\s+(?:and then|and also|and|then|а также|а потом|потом|затем|и)\s+/giu

/** Splits a message into the things it asks for; only where what follows is a request of its own. */
export function readClauses(message: string, actions: ReadonlySet<Action>): readonly Clause[] {
  return splitSentences(message)
    .flatMap((sentence) => splitRequests(sentence, actions))
    .map((text) => readClause(text))
    .slice(0, 8)
}

export function readClause(text: string): Clause {
  const strong = findAction(text, STRONG_ACTIONS)
  const found = strong ?? findAction(text, WEAK_ACTIONS)
  const question = text.includes('?') || QUESTION.test(text.slice(0, 24))
  const refused = found !== undefined && !READ_ACTIONS.has(found.action) && isAboutNotDoing(text, found.start)
  const action = refused ? undefined : found?.action
  const [actionStart, actionEnd] = action && found ? [found.start, found.end] : [0, 0]
  return { text, action, actionStart, actionEnd, strong: strong !== undefined, question, refused }
}

/** "How do I delete a task?" and "don't delete it" name a deed and ask for none. */
function isAboutNotDoing(text: string, actionStart: number): boolean {
  const before = text.slice(0, actionStart)
  return EXPLANATION.test(before) || EXPLANATION_START.test(before) || NEGATION.test(before)
}

function findAction(
  text: string,
  table: ReadonlyMap<Action, RegExp>,
): { readonly action: Action; readonly start: number; readonly end: number } | undefined {
  let best: { action: Action; start: number; end: number } | undefined
  for (const [action, pattern] of table) {
    const match = pattern.exec(text)
    if (!match || (best && best.start < match.index)) continue
    const end = match.index + match[0].length
    if (!best || match.index < best.start || end > best.end) best = { action, start: match.index, end }
  }
  return best
}

function splitSentences(message: string): readonly string[] {
  return message
    .split(/(?<=[.!?;])\s+|\n+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence))
}

function splitRequests(sentence: string, actions: ReadonlySet<Action>): readonly string[] {
  const parts: string[] = []
  let begin = 0
  for (const match of sentence.matchAll(CONNECTOR)) {
    const before = sentence.slice(begin, match.index)
    const after = sentence.slice(match.index + match[0].length)
    if (isInsideQuotes(sentence, match.index) || !beginsRequest(after, actions) || before.trim() === '')
      continue
    parts.push(before)
    begin = match.index + match[0].length
  }
  return [...parts, sentence.slice(begin)]
}

function beginsRequest(text: string, actions: ReadonlySet<Action>): boolean {
  if (QUESTION.exec(text)?.index === 0) return true
  const found = findAction(text, STRONG_ACTIONS)
  return found !== undefined && found.start === 0 && actions.has(found.action)
}

function isInsideQuotes(text: string, index: number): boolean {
  const before = text.slice(0, index)
  return (before.match(/["“”]/g)?.length ?? 0) % 2 === 1 || before.lastIndexOf('«') > before.lastIndexOf('»')
}
