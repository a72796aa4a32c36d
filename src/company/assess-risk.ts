import type {
  CompanyFacts,
  Day,
  RiskAssessment,
  RiskCode,
  RiskFlag,
  RiskLevel,
  UnknownFact,
} from './company.ts'

/** What each finding weighs; `tax_debt` weighs a point for each million, up to this. */
const POINTS: Readonly<Record<RiskCode, number>> = {
  invalid: 35,
  liquidating: 40,
  liquidated: 40,
  bankrupt: 40,
  reorganizing: 10,
  tax_debt: 20,
  no_revenue: 10,
  loss: 5,
  no_management: 10,
  disqualified_head: 30,
  invalid_address: 20,
  invalid_persons: 15,
  young: 10,
}

const MILLION = 1_000_000
/** A company younger than this has not shown much yet. */
const YOUNG_MONTHS = 12
const HIGH = 50
const MEDIUM = 20

type Finding = Omit<RiskFlag, 'points'> & { readonly points?: number }
type Rule = (facts: CompanyFacts, today: Day) => Finding | undefined

/**
 * Judges a company by rules alone: no model, no clock but `today`. Every flag says what it rests on and of when that is.
 * What the source did not tell is never held for or against the company, but listed.
 */
export function assessRisk(facts: CompanyFacts, today: Date): RiskAssessment {
  const on = today.toISOString().slice(0, 10)
  const flags = RULES.flatMap((rule) => rule(facts, on) ?? [])
    .map((found): RiskFlag => ({ ...found, points: found.points ?? POINTS[found.code] }))
    .toSorted((a, b) => b.points - a.points)
  const score = Math.min(
    100,
    flags.reduce((sum, { points }) => sum + points, 0),
  )
  return { score, level: levelOf(score), flags, unknown: findUnknown(facts), on }
}

function levelOf(score: number): RiskLevel {
  if (score >= HIGH) return 'high'
  return score >= MEDIUM ? 'medium' : 'low'
}

const RULES: readonly Rule[] = [
  judgeStatus,
  ({ invalid, state }) => (invalid === true ? flag('invalid', state.actualOn) : undefined),
  ({ head, state }) =>
    head?.disqualified === true ? flag('disqualified_head', state.actualOn, { name: head.name }) : undefined,
  ({ address, state }) =>
    address?.invalidity ? flag('invalid_address', address.invalidity.date ?? state.actualOn) : undefined,
  judgePersons,
  judgeDebt,
  judgeRevenue,
  judgeResult,
  judgeHead,
  judgeAge,
]

function judgeStatus({ state }: CompanyFacts): Finding | undefined {
  const { status, actualOn, liquidatedOn } = state
  if (status === 'LIQUIDATED') return flag('liquidated', liquidatedOn ?? actualOn)
  if (status === 'LIQUIDATING') return flag('liquidating', actualOn)
  if (status === 'BANKRUPT') return flag('bankrupt', actualOn)
  return status === 'REORGANIZING' ? flag('reorganizing', actualOn) : undefined
}

function judgePersons({ founders, managers, state }: CompanyFacts): Finding | undefined {
  const persons = [...(founders ?? []), ...(managers ?? [])].filter(({ invalidity }) => invalidity !== null)
  const [first] = persons
  if (!first) return undefined
  const names = [...new Set(persons.map(({ name }) => name))].join(', ')
  return flag('invalid_persons', first.invalidity?.date ?? state.actualOn, { name: names })
}

function judgeDebt({ finance, state }: CompanyFacts): Finding | undefined {
  const { debt } = finance
  if (debt === null || debt <= 0) return undefined
  const points = Math.max(1, Math.min(POINTS.tax_debt, Math.round(debt / MILLION)))
  return { ...flag('tax_debt', endOfYear(finance.year) ?? state.actualOn, { amount: debt }), points }
}

/** Traders need not tell theirs, and of a company that is gone it says nothing new. */
function judgeRevenue({ kind, finance, state }: CompanyFacts): Finding | undefined {
  if (kind !== 'legal' || finance.revenue !== 0 || state.status === 'LIQUIDATED') return undefined
  return flag('no_revenue', endOfYear(finance.year) ?? state.actualOn)
}

function judgeResult({ finance, state }: CompanyFacts): Finding | undefined {
  const { income, expense } = finance
  if (income === null || expense === null || expense <= income) return undefined
  return flag('loss', endOfYear(finance.year) ?? state.actualOn, { amount: expense - income })
}

/** The head is told on every plan, of companies that still are. */
function judgeHead({ kind, branch, head, managers, state }: CompanyFacts): Finding | undefined {
  const shouldHave = kind === 'legal' && branch !== 'BRANCH' && state.status !== 'LIQUIDATED'
  if (!shouldHave || head !== null || (managers ?? []).length > 0) return undefined
  return flag('no_management', state.actualOn)
}

function judgeAge({ state }: CompanyFacts, today: Day): Finding | undefined {
  const { registeredOn, status } = state
  if (registeredOn === null || status === 'LIQUIDATED') return undefined
  const months = monthsBetween(registeredOn, today)
  return months < YOUNG_MONTHS ? flag('young', registeredOn, { months }) : undefined
}

function flag(code: RiskCode, on: Day | null, detail: RiskFlag['detail'] = {}): Finding {
  return { code, on, detail }
}

/** Whole ones, at least 0. */
function monthsBetween(from: Day, to: Day): number {
  const [year = 0, month = 0, day = 0] = from.split('-').map(Number)
  const [toYear = 0, toMonth = 0, toDay = 0] = to.split('-').map(Number)
  return Math.max(0, (toYear - year) * 12 + (toMonth - month) - (toDay < day ? 1 : 0))
}

/** Figures of a year are as of its last day. */
function endOfYear(year: number | null): Day | null {
  return year === null ? null : `${year}-12-31`
}

function findUnknown(facts: CompanyFacts): readonly UnknownFact[] {
  const { kind, invalid, head, address, finance, founders, employeeCount } = facts
  const legal = kind === 'legal'
  const told: Readonly<Record<UnknownFact, boolean>> = {
    invalid: invalid !== null,
    disqualified: !legal || head === null || head.disqualified !== null,
    // The register only says when something is wrong, and only on plans that tell `invalid` too.
    address: address?.invalidity != null || invalid !== null,
    finance: finance.revenue !== null || finance.income !== null,
    debt: finance.debt !== null,
    founders: !legal || founders !== null,
    employees: employeeCount !== null,
  }
  return UNKNOWN_FACTS.filter((fact) => !told[fact])
}

const UNKNOWN_FACTS: readonly UnknownFact[] = [
  'invalid',
  'disqualified',
  'address',
  'finance',
  'debt',
  'founders',
  'employees',
]
