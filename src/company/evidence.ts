import { composeReport, type ReportParts } from './company-report.ts'

/** What an analysis may say: the numbers, days and words of the facts. */
export interface Evidence {
  readonly numbers: readonly number[]
  /** `YYYY-MM-DD`. */
  readonly days: readonly string[]
  /** In lower case. */
  readonly words: ReadonlySet<string>
  /** All of it in lower case, for quotations. */
  readonly text: string
}

/** Words with a capital that name no one: registers, forms, kinds of papers. */
const COMMON =
  'DaData ФНС ФССП ЕГРЮЛ ЕГРИП ЕФРСБ Федресурс ИНН КПП ОГРН ОГРНИП ОКВЭД ОКПО НДС УСН ПФР СФР РФ Россия Российская Федерация ' +
  'ООО АО ПАО ЗАО ОАО ИП НКО Устав Риск Компания Организация Общество Предприниматель Учредитель Директор Руководитель Доля ' +
  'Он Она Оно Они Это Company Organization Founder Director Head Share It This He She They The There Russia Russian Federation INN KPP OGRN OKVED LLC JSC VAT RUB CEO FTS'

/** Gathers what the facts, the score and the words of the report support. */
export function gatherEvidence(parts: Omit<ReportParts, 'analysis'>): Evidence {
  const { facts, risk, affiliated = [] } = parts
  const json = JSON.stringify({ facts, risk, affiliated })
  const reports = (['ru', 'en'] as const).map((language) => JSON.stringify(composeReport(parts, language)))
  const text = [json, ...reports].join(' ')
  const days = [...new Set(json.match(/\d{4}-\d{2}-\d{2}/g))]
  const words = `${text} ${COMMON}`.toLowerCase().match(/[\p{L}\d]+/gu) ?? []
  return {
    numbers: [...new Set([...numbersIn(json, days), ...countsOf(parts)])],
    days,
    words: new Set(words),
    text: text.toLowerCase(),
  }
}

function numbersIn(json: string, days: readonly string[]): readonly number[] {
  const rest = json.replaceAll(/\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z)?/g, ' ')
  const numbers = (rest.match(/\d+(?:\.\d+)?/g) ?? []).map(Number)
  return [...numbers, ...days.map((day) => Number(day.slice(0, 4))), 100]
}

/** What can be counted: years of age, owners, signs of risk. */
function countsOf({ facts, risk, affiliated }: Omit<ReportParts, 'analysis'>): readonly number[] {
  const { founders, managers, licenses, phones, emails, state } = facts
  const age = state.registeredOn === null ? [] : [yearsBetween(state.registeredOn, risk.on)]
  const lists = [founders, managers, licenses, phones, emails, affiliated, risk.flags]
  return [...age, ...lists.flatMap((list) => (list ? [list.length] : []))]
}

function yearsBetween(from: string, to: string): number {
  return Number(to.slice(0, 4)) - Number(from.slice(0, 4)) - (to.slice(5) < from.slice(5) ? 1 : 0)
}
