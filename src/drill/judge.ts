import { endsComplete, expectedFragments, findFragments, type Fragment } from './questions.ts'

/** What a person wrote, and what became of its way to the server. */
export interface AskedQuestion {
  readonly number: number
  readonly updateId: number
  /** Its answer does not fit into one message. */
  readonly long: boolean
  /** The server said that it has the update; from then on it must answer. */
  readonly acknowledged: boolean
}

/** A message of the bot as a person sees it at the end. */
export interface ShownMessage {
  readonly messageId: number
  readonly text: string
  /** It held something else before. */
  readonly edited: boolean
}

export interface JudgedChat {
  readonly chat: number
  /** In the order in which they were written. */
  readonly asked: readonly AskedQuestion[]
  /** From the top of the chat down. */
  readonly shown: readonly ShownMessage[]
  /** Sends into this chat whose fate the server reports as unknown. */
  readonly ambiguous: number
}

/** The gravest first. */
const KINDS = ['lost', 'twice', 'out of order', 'wrong', 'not reported'] as const

export type OffenceKind = (typeof KINDS)[number]

/** Something a person in that chat would complain about. */
export interface Offence {
  readonly kind: OffenceKind
  readonly chat: number
  /** Absent when no update explains it. */
  readonly updateId?: number
  readonly question?: number
  /** What was seen instead, in words. */
  readonly seen: string
}

export interface Verdict {
  readonly lost: number
  readonly twice: number
  readonly outOfOrder: number
  /** Texts that answer nothing that was asked in their chat, and answers with the wrong words. */
  readonly wrong: number
  /** Sends whose fate the server reports as unknown. */
  readonly ambiguous: number
  /** Placeholders that were left behind and that no report explains. */
  readonly notReported: number
  /** Never acknowledged: the other side goes on delivering them, so they are neither lost nor answered. */
  readonly unacknowledged: number
  /** The gravest kind first. */
  readonly offences: readonly Offence[]
}

/** Judges chats by what they show, and by nothing that the server says, save which sends are ambiguous. */
export function judge(chats: readonly JudgedChat[]): Verdict {
  const offences = chats.flatMap(judgeChat).toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind))
  const count = (wanted: OffenceKind): number => offences.filter(({ kind }) => kind === wanted).length
  return {
    lost: count('lost'),
    twice: count('twice'),
    outOfOrder: count('out of order'),
    wrong: count('wrong'),
    notReported: count('not reported'),
    ambiguous: chats.reduce((sum, { ambiguous }) => sum + ambiguous, 0),
    unacknowledged: chats.reduce((sum, chat) => sum + countUnacknowledged(chat), 0),
    offences,
  }
}

/** True when nothing was broken and every question was acknowledged. */
export function isSpotless({ offences, unacknowledged }: Verdict): boolean {
  return offences.length === 0 && unacknowledged === 0
}

function judgeChat(chat: JudgedChat): readonly Offence[] {
  const fragments = readAnswers(chat)
  return [
    ...chat.asked.flatMap((question) => judgeQuestion(question, chat, fragments)),
    ...findDisorder(chat, fragments),
    ...findStrangers(chat, fragments),
    ...findLeftovers(chat),
  ]
}

function countUnacknowledged(chat: JudgedChat): number {
  const answered = new Set(readAnswers(chat).map(({ question }) => question))
  return chat.asked.filter(({ number, acknowledged }) => !acknowledged && !answered.has(number)).length
}

interface SortedMessages {
  readonly answers: readonly ShownMessage[]
  /** Never filled. */
  readonly leftovers: readonly ShownMessage[]
  readonly others: readonly ShownMessage[]
}

/** A message without the head of an answer goes on with the one above, if that was cut. */
function sortMessages(shown: readonly ShownMessage[]): SortedMessages {
  const sorted = {
    answers: [] as ShownMessage[],
    leftovers: [] as ShownMessage[],
    others: [] as ShownMessage[],
  }
  for (const message of shown) {
    const above = sorted.answers.at(-1)
    const isAnswer = findFragments(message.text).length > 0
    if (isAnswer || (message.edited && above && !endsComplete(above.text))) sorted.answers.push(message)
    else if (message.edited) sorted.others.push(message)
    else sorted.leftovers.push(message)
  }
  return sorted
}

function readAnswers({ shown }: JudgedChat): readonly Fragment[] {
  const texts = sortMessages(shown).answers.map(({ text }) => text)
  return findFragments(texts.join('\n'))
}

function judgeQuestion(
  question: AskedQuestion,
  { chat, shown }: JudgedChat,
  fragments: readonly Fragment[],
): readonly Offence[] {
  const offence = (kind: OffenceKind, seen: string): readonly Offence[] => [
    { kind, chat, updateId: question.updateId, question: question.number, seen },
  ]
  const expected = expectedFragments(question.number, question.long)
  const own = fragments.filter(({ question: number }) => number === question.number)
  if (own.length === 0 && !question.acknowledged) return []
  if (own.length === 0) return offence('lost', describeSilence(shown))
  const missing = expected.find(({ part }) => !own.some((fragment) => fragment.part === part))
  if (missing) return offence('lost', `part ${missing.part} of ${expected.length} of its answer is missing`)
  const extra = own.find(({ part }, index) => own.findIndex((other) => other.part === part) !== index)
  if (extra) return offence('twice', `"${shorten(extra.text)}" is there ${countOf(extra, own)} times`)
  const spoiled = own.find(({ part, text }) => text !== expected[part - 1]?.text)
  return spoiled ? offence('wrong', `its answer reads "${shorten(spoiled.text)}"`) : []
}

function countOf({ part }: Fragment, fragments: readonly Fragment[]): number {
  return fragments.filter((fragment) => fragment.part === part).length
}

/** Each answer that stands below one that was asked for later. */
function findDisorder({ chat, asked }: JudgedChat, fragments: readonly Fragment[]): readonly Offence[] {
  const turnOf = new Map(asked.map(({ number }, turn) => [number, turn]))
  const order = [...new Set(fragments.map(({ question }) => question))].filter((number) => turnOf.has(number))
  return order.flatMap((number, index) => {
    const earlier = order
      .slice(0, index)
      .find((other) => (turnOf.get(other) ?? 0) > (turnOf.get(number) ?? 0))
    const question = asked[turnOf.get(number) ?? -1]
    if (earlier === undefined || !question) return []
    const seen = `question ${earlier}, asked later, was answered before it`
    return [{ kind: 'out of order' as const, chat, updateId: question.updateId, question: number, seen }]
  })
}

/** Answers that nobody in this chat asked for, and texts that are no answers. */
function findStrangers(
  { chat, asked, shown }: JudgedChat,
  fragments: readonly Fragment[],
): readonly Offence[] {
  const numbers = new Set(asked.map(({ number }) => number))
  const strangers = [...new Set(fragments.map(({ question }) => question))].filter((n) => !numbers.has(n))
  return [
    ...strangers.map((question) => ({
      kind: 'wrong' as const,
      chat,
      question,
      seen: `question ${question} was asked in another chat or not at all`,
    })),
    ...sortMessages(shown).others.map(({ messageId, text }) => ({
      kind: 'wrong' as const,
      chat,
      seen: `message ${messageId} reads "${shorten(text)}"`,
    })),
  ]
}

/** A placeholder that nobody filled is no answer; the server has to know of it. */
function findLeftovers({ chat, shown, ambiguous }: JudgedChat): readonly Offence[] {
  return sortMessages(shown)
    .leftovers.slice(ambiguous)
    .map(({ messageId, text }) => ({
      kind: 'not reported' as const,
      chat,
      seen: `message ${messageId}, "${shorten(text)}", was left behind, and the server reports ${ambiguous} ambiguous sends here`,
    }))
}

function describeSilence(shown: readonly ShownMessage[]): string {
  const last = shown.at(-1)
  if (!last) return 'the bot never wrote in this chat'
  return `no answer; the bot wrote ${shown.length} messages here, the last one "${shorten(last.text)}"`
}

function shorten(text: string): string {
  const flat = text.replace(/\s+/g, ' ')
  return flat.length > 70 ? `${flat.slice(0, 69)}…` : flat
}
