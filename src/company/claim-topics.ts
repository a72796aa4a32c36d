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

/** That there is none of something, said as `нет сотрудников`, `сотрудников нет` or `no employees`. */
function none(russian: string, english: string): RegExp {
  const absent = '(?:нет|без|отсутств\\p{L}+|нулев\\p{L}+)'
  return new RegExp(
    `(?<!\\p{L})(?:${absent} ${russian}|${russian} (?:у \\p{L}+ )?${absent})(?!\\p{L})|\\b(?:no|zero|without) ${english}\\b`,
    'iu',
  )
}

function isNone(value: number | null): boolean | undefined {
  return value === null ? undefined : value === 0
}

function resultOf(
  { finance: { income, expense } }: CompanyFacts,
  is: (result: number) => boolean,
): boolean | undefined {
  return income === null || expense === null ? undefined : is(income - expense)
}

/** What an analysis may be wrong about, in Russian and English. */
export const CLAIM_TOPICS: readonly ClaimTopic[] = [
  { pattern: /ликвид(?:ир|ац)|liquidat/iu, holds: status('LIQUIDATING', 'LIQUIDATED') },
  {
    pattern:
      /прекратил\p{L}* (?:сво\p{L}+ )?(?:деятельност|существован)|исключен\p{L}* из|снят\p{L}* с (?:налогового )?уч[её]та|(?<!\p{L})закрыт[аоы]?(?!\p{L})|ceased|dissolved|struck off|closed down|defunct/iu,
    holds: status('LIQUIDATED'),
  },
  {
    pattern:
      /банкрот|несостоятельн|конкурсн\p{L}+ (?:производств|управля)|внешн\p{L}+ управл|процедур\p{L}+ наблюдени|bankrupt|insolven|receivership/iu,
    holds: status('BANKRUPT'),
  },
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
    holds: ({ finance: { penalty } }) => (penalty === null ? undefined : penalty > 0),
  },
  {
    pattern: none('выручк\\p{L}*', 'revenue'),
    holds: ({ finance }) => isNone(finance.revenue),
    matter: true,
  },
  {
    pattern: /выручк|оборот(?!\p{L}*н)|revenue|turnover/iu,
    holds: told(({ finance }) => finance.revenue),
    matter: true,
  },
  {
    pattern:
      /прибыл|рентабельн|доход\p{L}* (?:\p{L}+ )?превы\p{L}+ (?:\p{L}+ )?расход|profit|income exceed/iu,
    holds: (facts) => resultOf(facts, (result) => result > 0),
  },
  {
    pattern:
      /убыт|расход\p{L}* (?:\p{L}+ )?превы\p{L}+ (?:\p{L}+ )?доход|(?<!\p{L})loss(?:es)?(?!\p{L})|loss-making|expenses exceed/iu,
    holds: (facts) => resultOf(facts, (result) => result < 0),
  },
  {
    pattern: /доход|расход|income|expense/iu,
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
  {
    pattern: none('(?:учредител|участник)\\p{L}*', '(?:founders|shareholders)'),
    holds: ({ founders }) => isNone(founders && founders.length),
    matter: true,
  },
  {
    pattern: /единственн\p{L}+ (?:учредител|участник|владел)|sole (?:founder|owner|shareholder)/iu,
    holds: ({ founders }) => founders?.length === 1,
    matter: true,
  },
  {
    pattern: none('(?:сотрудник|работник|персонал)\\p{L}*', '(?:employees|staff)'),
    holds: ({ employeeCount }) => isNone(employeeCount),
    matter: true,
  },
  {
    pattern: /лиценз|licen[cs]e/iu,
    holds: ({ licenses }) => (licenses === null ? undefined : licenses.length > 0),
  },
  // Nothing of this is ever told by the source: figures are of one year.
  {
    pattern:
      /раст[её]т|выросл|вырос(?!\p{L})|увеличил|снизил|сократил|упал|(?<!\p{L})рост(?:а|ом)?(?!\p{L})|grew|grows|growing|increased|declin|decreased/iu,
    holds: () => undefined,
    matter: true,
  },
  {
    pattern:
      /(?<!\p{L})суд(?:а|ы|ом|ов|у|е)?(?!\p{L})|судеб|арбитраж|исполнительн\p{L}+ производств|санкц|уголовн|мошенн|однодневк|обналич|отмыван|террор|экстремис|госзакуп|репутац|отзыв|court|lawsuit|litigation|sanction|criminal|fraud|shell company|launder|terroris|reputation/iu,
    holds: () => undefined,
    matter: true,
  },
]

function isInvalid({ invalid, address, founders, managers }: CompanyFacts): boolean | undefined {
  const marked = [...(founders ?? []), ...(managers ?? [])].some(({ invalidity }) => invalidity !== null)
  if (invalid === true || marked || address?.invalidity) return true
  return invalid === null ? undefined : false
}
