import type { CompanyFacts, RiskAssessment, RiskLevel } from './company.ts'
import { claimOf, claimsNothing } from './claim-advice.ts'
import { CLAIM_TOPICS, type ClaimTopic } from './claim-topics.ts'
import { areFiguresRight } from './claim-figures.ts'
import { datesIn, numbersIn } from './claim-values.ts'
import type { Evidence } from './evidence.ts'

/** What in a sentence the facts do not support. */
export type Refusal = 'number' | 'date' | 'name' | 'status' | 'level'

export interface ClaimContext {
  readonly evidence: Evidence
  readonly facts: CompanyFacts
  readonly risk: RiskAssessment
}

/** Why a sentence may not be said; undefined when the facts support its numbers, dates, names and statuses. */
export function checkClaim(sentence: string, context: ClaimContext): Refusal | undefined {
  const plain = sentence.replace(/^[\s>#*•-]*(?:\d{1,2}[.)]\s+)?/, '').replaceAll(/[*_`#]/g, '')
  const { dates, rest } = datesIn(plain)
  if (!dates.every((date) => context.evidence.days.some((day) => day.startsWith(date)))) return 'date'
  if (!numbersIn(rest).every((claimed) => claimed.isIn(context.evidence.numbers))) return 'number'
  if (!areFiguresRight(rest, context.facts)) return 'number'
  if (!namesIn(plain).every((name) => isNamed(name, context.evidence))) return 'name'
  if (!isLevelRight(plain, context.risk.level)) return 'level'
  return areTopicsRight(plain, context) ? undefined : 'status'
}

/** Behind these a capital begins a name; behind other words with a colon any sentence may begin. */
const NAMED_BEFORE_COLON =
  'учредител директор руководител собственник владел бенефициар участник холдинг групп партн[её]р founder director head owner shareholder group partner'
    .split(' ')
    .map(eitherCase)
    .join('|')
const INNER_NAME = new RegExp(
  `(?<=[\\p{L}\\d,);—–-]\\s+|\\(|(?:${NAMED_BEFORE_COLON})\\p{L}*:\\s+)\\p{Lu}[\\p{L}-]+`,
  'gu',
)
/** With its first letter in either case. */
function eitherCase(word: string): string {
  return `[${word.charAt(0)}${word.charAt(0).toUpperCase()}]${word.slice(1)}`
}

/** A first word of which something is said that is said of persons and companies. */
const FIRST_NAME =
  /^\P{L}*(\p{Lu}[\p{L}-]+)\s+(?:[—–-]\s|(?:владе|принадлеж|контролир|является|назначен|основал|owns|controls|founded|is|was)(?:\p{L}*)\s)/u

/** Words with a capital where none begins a sentence, and whatever stands in quotation marks. */
function namesIn(sentence: string): readonly string[] {
  const quoted = [...sentence.matchAll(/[«"“]([^»"”]+)[»"”]/g)].flatMap(([, inside = '']) => words(inside))
  const unquoted = sentence.replaceAll(/[«"“][^»"”]+[»"”]/g, ' ')
  const inner = [...unquoted.matchAll(INNER_NAME)].map(([word]) => word)
  const first = FIRST_NAME.exec(unquoted)?.[1] ?? ''
  return [...quoted, ...[...inner, first].flatMap(words)]
}

function words(text: string): readonly string[] {
  return text.match(/\p{L}{2,}/gu) ?? []
}

/** The same word, or another form of it: Russian declines names. */
function isNamed(name: string, { words: known }: Evidence): boolean {
  const word = name.toLowerCase()
  if (known.has(word)) return true
  return [...known].some((other) => {
    const shared = sharedPrefix(word, other)
    return (
      shared >= Math.max(3, Math.min(word.length, other.length) - 1) &&
      Math.abs(word.length - other.length) <= 3
    )
  })
}

function sharedPrefix(a: string, b: string): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return length
}

/** What is said of the risk itself. */
const LEVELS: readonly (readonly [RiskLevel, RegExp])[] = [
  ['low', saidOfRisk('низк|минимал|незначит|low|minimal')],
  ['medium', saidOfRisk('средн|умерен|medium|moderate')],
  ['high', saidOfRisk('высок|критич|high|critical')],
]

function saidOfRisk(words: string): RegExp {
  const before = `(?:${words})\\p{L}*\\s+(?:\\p{L}+\\s+)?(?:риск|risk)`
  const behind = `(?:риск|risk)\\p{L}*[\\s:—–-]+(?:${words})`
  return new RegExp(`${before}|${behind}`, 'iu')
}

function isLevelRight(sentence: string, level: RiskLevel): boolean {
  return LEVELS.every(([name, said]) => name === level || !said.test(sentence))
}

/** What says that the source did not tell. */
const SILENCE =
  /нет (?:данных|сведений|информации)|данн\p{L}+ (?:о|об|по) .*(?:нет|отсутств)|недоступн|не (?:сообщ|раскры|предостав|переда|оценив|извест|указан)|неизвестн|отсутств\p{L}+ (?:данн|сведен|информац)|unavailable|not available|unknown|no (?:data|information)|not (?:told|disclosed|judged)|did not tell/iu
const NEGATION =
  /(?<!\p{L})(?:(?:не|нет)(?!\s+(?:сомнен|исключ|только))|без|ни|отсутств\p{L}*|не выявлен\p{L}*|no|not|without|none|neither|nor|inactive)(?!\p{L})/iu

/** What a line is about, such as `Долги: нет`. */
const LABEL = /^(\P{L}*\p{L}+(?:\s\p{L}+)?):\s/u

function areTopicsRight(sentence: string, { facts }: ClaimContext): boolean {
  return claimOf(sentence)
    .replace(LABEL, '$1 ')
    .split(/[,;:()]|\s(?:но|однако|а|but|however|while)\s|\s(?:и|and)\s(?=(?:не|нет|no|not)\s)/u)
    .every((clause) =>
      CLAIM_TOPICS.every((topic) => !topic.pattern.test(clause) || isRight(clause, topic, facts)),
    )
}

function isRight(clause: string, { holds, matter = false }: ClaimTopic, facts: CompanyFacts): boolean {
  const truth = holds(facts)
  if (SILENCE.test(clause)) return truth === undefined
  if (claimsNothing(clause)) return true
  if (matter) return truth === true
  return NEGATION.test(clause) ? truth === false : truth === true
}
