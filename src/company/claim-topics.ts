import type { CompanyFacts, CompanyStatus } from './company.ts'

/** Something that can be claimed of a company. */
export interface ClaimTopic {
  readonly pattern: RegExp
  /** True, false, or undefined when the source does not tell. */
  readonly holds: (facts: CompanyFacts) => boolean | undefined
  /** The claim speaks about a matter, such as revenue, rather than saying that something is so. Default false. */
  readonly matter?: boolean
}

const status =
  (...wanted: readonly CompanyStatus[]) =>
  ({ state }: CompanyFacts): boolean | undefined =>
    state.status === null ? undefined : wanted.includes(state.status)

const told =
  (find: (facts: CompanyFacts) => unknown) =>
  (facts: CompanyFacts): boolean | undefined =>
    (find(facts) ?? null) === null ? undefined : true

/** What an analysis may be wrong about, in Russian and English. */
export const CLAIM_TOPICS: readonly ClaimTopic[] = [
  { pattern: /ликвид(?:ир|ац)|liquidat/iu, holds: status('LIQUIDATING', 'LIQUIDATED') },
  { pattern: /банкрот|несостоятельн|bankrupt|insolven/iu, holds: status('BANKRUPT') },
  { pattern: /реорганиз|reorgani[sz]/iu, holds: status('REORGANIZING') },
  {
    pattern:
      /действующ|актив(?:ен|на)(?!\p{L})|активн\p{L}+ (?:статус|компани|организаци)|(?<!\p{L})(?:in)?active(?!\p{L})/iu,
    holds: status('ACTIVE'),
  },
  { pattern: /дисквалиф|disqualif/iu, holds: ({ head }) => head?.disqualified ?? undefined },
  { pattern: /недостоверн|untrue|not true|unreliable/iu, holds: isInvalid },
  {
    pattern: /задолженност|недоимк|(?<!\p{L})долг(?!\p{L}*(?:осроч|ий))|debt|arrears/iu,
    holds: ({ finance: { debt } }) => (debt === null ? undefined : debt > 0),
  },
  {
    pattern: /штраф|пен[яией](?!\p{L})|penalt/iu,
    holds: told(({ finance }) => finance.penalty),
    matter: true,
  },
  {
    pattern: /выручк|оборот(?!\p{L}*н)|revenue|turnover/iu,
    holds: told(({ finance }) => finance.revenue),
    matter: true,
  },
  {
    pattern: /прибыл|убыт|рентабельн|доход|расход|profit|(?<!\p{L})loss(?:es)?(?!\p{L})|income|expense/iu,
    holds: told(({ finance }) => finance.income ?? finance.revenue),
    matter: true,
  },
  {
    pattern: /финанс|financ/iu,
    holds: told(({ finance }) => finance.income ?? finance.revenue ?? finance.debt),
    matter: true,
  },
  { pattern: /учредител|founder|shareholder/iu, holds: told(({ founders }) => founders), matter: true },
  {
    pattern: /сотрудник|работник|персонал|численност|employee|staff/iu,
    holds: told(({ employeeCount }) => employeeCount),
    matter: true,
  },
  { pattern: /лиценз|licen[cs]e/iu, holds: told(({ licenses }) => licenses), matter: true },
  // Nothing of this is ever told by the source.
  {
    pattern:
      /(?<!\p{L})суд(?:а|ы|ом|ов|у|е)?(?!\p{L})|судеб|арбитраж|исполнительн\p{L}+ производств|санкц|госзакуп|репутац|отзыв|court|lawsuit|litigation|sanction|reputation/iu,
    holds: () => undefined,
    matter: true,
  },
]

function isInvalid({ invalid, address, founders, managers }: CompanyFacts): boolean | undefined {
  const marked = [...(founders ?? []), ...(managers ?? [])].some(({ invalidity }) => invalidity !== null)
  if (invalid === true || marked || address?.invalidity) return true
  return invalid === null ? undefined : false
}
