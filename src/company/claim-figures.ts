import type { CompanyFacts } from './company.ts'
import { numbersIn } from './claim-values.ts'

/** Something of which a figure is told; null when the source does not tell it. */
interface Figure {
  /** How it is called. */
  readonly name: RegExp
  readonly value: (facts: CompanyFacts) => number | null
}

const AMOUNTS: readonly Figure[] = [
  { name: /выручк|оборот(?!\p{L}*н)|revenue|turnover/giu, value: ({ finance }) => finance.revenue },
  {
    name: /задолженност|недоимк|(?<!\p{L})долг(?!\p{L}*(?:осроч|ий))|debt|arrears/giu,
    value: ({ finance }) => finance.debt,
  },
  { name: /штраф|пен[яией](?!\p{L})|penalt/giu, value: ({ finance }) => finance.penalty },
  { name: /доход|income/giu, value: ({ finance }) => finance.income },
  { name: /расход|expense/giu, value: ({ finance }) => finance.expense },
  { name: /капитал|capital/giu, value: ({ capital }) => capital && capital.value },
]

const COUNTS: readonly Figure[] = [
  { name: /сотрудник|работник|employee/giu, value: ({ employeeCount }) => employeeCount },
  { name: /учредител|founder/giu, value: ({ founders }) => founders && founders.length },
  { name: /филиал|branch/giu, value: ({ branchCount }) => branchCount },
]

const AMOUNT =
  /\d[\d\u{a0}\u{202f} ]*(?:[.,]\d+)*\s*(?:тыс|млн|млрд|трлн|миллион|миллиард|триллион|thousand|million|billion|руб|₽|rub|roubl)\p{L}*/giu
/** `42 сотрудника` */
const COUNT_BEFORE = /(?<count>\d[\d\u{a0}\u{202f} ]*)\s+(?<name>\p{L}+)/gu
/** `сотрудников: 42` */
const COUNT_BEHIND =
  /(?<name>\p{L}+)\s*[:—–-]?\s*(?<count>\d[\d\u{a0}\u{202f} ]*)(?!\d|\s*(?:%|\p{L}|[.,]\d|₽))/gu

/** False when a figure that is told of one thing is claimed of another, such as expenses as revenue. */
export function areFiguresRight(text: string, facts: CompanyFacts): boolean {
  return areAmountsRight(text, facts) && areCountsRight(text, facts)
}

/** An amount belongs to what was named last before it, or else first behind it. */
function areAmountsRight(text: string, facts: CompanyFacts): boolean {
  const named = AMOUNTS.flatMap(({ name, value }) =>
    [...text.matchAll(name)].map(({ index }) => ({ index, value })),
  ).toSorted((a, b) => a.index - b.index)
  return [...text.matchAll(AMOUNT)].every((amount) => {
    const figure = named.findLast(({ index }) => index < amount.index) ?? named[0]
    return figure === undefined || isFigure(amount[0], figure.value(facts))
  })
}

function areCountsRight(text: string, facts: CompanyFacts): boolean {
  return [...text.matchAll(COUNT_BEFORE), ...text.matchAll(COUNT_BEHIND)].every(({ groups }) => {
    const { name = '', count = '' } = groups ?? {}
    const figure = COUNTS.find((one) => name.search(one.name) === 0)
    return figure === undefined || isFigure(count, figure.value(facts))
  })
}

/** What is not told is for others to judge. */
function isFigure(text: string, value: number | null): boolean {
  return value === null || numbersIn(text).every((claimed) => claimed.isIn([value]))
}
