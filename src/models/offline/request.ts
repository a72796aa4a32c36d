import { compilePhrases } from './phrases.ts'
import { findReminder } from './reminder.ts'
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
  /** The field to be emptied, in the clause's words: "the due date" of "remove the due date from task 3". */
  readonly cleared: string | undefined
  /** True when something is added to a field and the rest of it stays: "add the tag food to task 3". */
  readonly adds: boolean
}

const EXPLANATION = compilePhrases('how do i, how to, how can i, how does, how do, why, почему, зачем')
const EXPLANATION_START =
  /^[^\p{L}\p{N}]*(?:(?:а|и|скажи\p{L}*|подскажи\p{L}*|расскажи\p{L}*),?\s+)?как(?!\p{L})/iu
const NEGATION = compilePhrases("don't, do not, never, не, нельзя")
const QUESTION = compilePhrases(
  "what, what's, how, when, which, where, сколько, какой, какая, какое, который, когда",
)
/** "The due date from task 3"; "the reminder to call mom" is a task. */
const CLEARED =
  /^\s*(?:the\s+|all\s+|all the\s+|все\s+)?(?<field>due date|deadline|due time|description|details|recurrence|repetition|tags?|labels?|reminders?(?=\s+(?:of|from|for|on)\s.*task)|срок\p{L}*|дедлайн|дату|описание|повтор\p{L}*|тег\p{L}*|метки|напоминани\p{L}(?=\s+(?:у|для|с|из)\s.*задач))(?!\p{L})/iu
const ADDED_FIELD =
  /^\s*(?:the\s+|an?\s+)?(?:(?:tags?|labels?|description|due date|deadline|reminder)\s.*\s(?:to|for)\s.*task|(?:тег\p{L}*|метк\p{L}|описание|срок|напоминание)\s.*\s(?:к|ко|для|у)\s.*задач)/iu
const CONNECTOR = /[,;]?\s+(?:and then|and also|and|then|а также|а потом|потом|затем|и)\s+/giu

/** Splits a message into the things it asks for; only where what follows is a request of its own. */
export function readClauses(message: string, actions: ReadonlySet<Action>): readonly Clause[] {
  return splitSentences(message)
    .flatMap((sentence) => splitRequests(sentence, actions))
    .map((text) => readClause(text))
    .slice(0, 8)
}

export function readClause(text: string): Clause {
  const said = withoutReminder(text)
  const strong = findAction(said, STRONG_ACTIONS)
  const found = strong ?? findAction(said, WEAK_ACTIONS)
  const refused = found !== undefined && isRefused(text, found)
  const cleared = findCleared(text, found)
  const asked = refused ? undefined : found
  const adds = addsField(text, asked)
  return {
    text,
    action: cleared !== undefined || adds ? 'update' : asked?.action,
    actionStart: asked?.start ?? 0,
    actionEnd: asked?.end ?? 0,
    strong: strong !== undefined,
    question: text.includes('?') || QUESTION.test(text.slice(0, 24)),
    refused,
    cleared,
    adds,
  }
}

function isRefused(text: string, { action, start }: FoundAction): boolean {
  return !READ_ACTIONS.has(action) && isAboutNotDoing(text, start)
}

function findCleared(text: string, found: FoundAction | undefined): string | undefined {
  return found?.action === 'delete' ? CLEARED.exec(text.slice(found.end))?.groups?.['field'] : undefined
}

/** "Add the tag food to the bread task" changes a task. */
function addsField(text: string, found: FoundAction | undefined): boolean {
  return found?.action === 'add' && ADDED_FIELD.test(text.slice(found.end))
}

interface FoundAction {
  readonly action: Action
  readonly start: number
  readonly end: number
}

/**
 * "Remind me an hour before" belongs to a request and begins none, and "end of month" stops nothing. Their places are
 * kept, so that positions stay.
 */
function withoutReminder(text: string): string {
  const plain = text.replace(END_OF, (words) => '_'.repeat(words.length))
  const found = findReminder(plain)
  if (!found) return plain
  return plain.slice(0, found.start) + '_'.repeat(found.end - found.start) + plain.slice(found.end)
}

const END_OF = /(?<!\p{L})end of (?=(?:the |this )?(?:day|week|month|year)(?!\p{L}))/iu

/** "How do I delete a task?" and "don't delete it" name a deed and ask for none. */
function isAboutNotDoing(text: string, actionStart: number): boolean {
  const before = text.slice(0, actionStart)
  return EXPLANATION.test(before) || EXPLANATION_START.test(before) || NEGATION.test(before)
}

function findAction(text: string, table: ReadonlyMap<Action, RegExp>): FoundAction | undefined {
  let best: FoundAction | undefined
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
  if (findReminder(text)?.start === 0) return false
  const found = findAction(text, STRONG_ACTIONS)
  return found !== undefined && found.start === 0 && actions.has(found.action)
}

function isInsideQuotes(text: string, index: number): boolean {
  const before = text.slice(0, index)
  return (before.match(/["“”]/g)?.length ?? 0) % 2 === 1 || before.lastIndexOf('«') > before.lastIndexOf('»')
}
