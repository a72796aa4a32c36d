import { describe, expect, test } from 'vitest'
import { DADATA_PARTIES } from '../fakes/dadata.ts'
import { assessRisk } from './assess-risk.ts'
import { createAnalysisChecker } from './check-analysis.ts'
import { toAffiliated, toFacts } from './parse-party.ts'
import type { ReportParts } from './company-report.ts'

const TODAY = new Date('2026-11-21T10:00:00Z')

function partsOf(inn: string): ReportParts {
  const party = DADATA_PARTIES.find(({ data }) => data['inn'] === inn)
  const facts = toFacts(party?.data, party?.value ?? '', TODAY)
  const other = DADATA_PARTIES.find(({ data }) => data['inn'] === '7701000026')
  const affiliated = toAffiliated(other?.data, other?.value ?? '')
  return { facts, risk: assessRisk(facts, TODAY), affiliated: affiliated ? [affiliated] : [] }
}

/** What is left of a text that comes in pieces of some length. */
function filter(inn: string, text: string, length = 5): string {
  const checker = createAnalysisChecker(partsOf(inn))
  let shown = ''
  for (let at = 0; at < text.length; at += length) shown += checker.push(text.slice(at, at + length))
  return shown + checker.end()
}

const FULL = '7701000019'
const FREE = '7707083893'

describe('what the facts hold is said', () => {
  test.each([
    [FULL, 'ООО «РОМАШКА» действует с 2 марта 2015 года.'],
    [FULL, 'Компания действующая, признаков ликвидации и банкротства нет.'],
    [FULL, 'Выручка за 2025 год составила 118 млн руб. при расходах 97,3 млн руб.'],
    [FULL, 'Доходы: 120 500 000 руб.'],
    [FULL, 'Задолженности по налогам нет.'],
    [FULL, 'Учредителей два: Петрова Мария Олеговна с долей 60 % и ООО «РОМАШКА ИНВЕСТ».'],
    [FULL, 'Доля Марии Петровой составляет 60 %.'],
    [FULL, 'Руководитель Иванов Иван Иванович не дисквалифицирован.'],
    [FULL, 'Компании 11 лет, в штате 42 сотрудника.'],
    [FULL, 'Риск-скор 0/100, низкий риск.'],
    [FULL, 'Связанная компания ООО «ЗАКАТ» имеет ИНН 7701000026.'],
    [FULL, 'Запросите лицензии и проверьте судебные дела.'],
    [FULL, 'Рекомендуется запросить справку об отсутствии задолженности и судебных споров.'],
    [FULL, 'Следует проверить, есть ли судебные споры.'],
    [FULL, 'Если компания окажется в стадии банкротства, приостановите расчёты.'],
    [FULL, 'We recommend checking court records before signing.'],
    [FULL, 'Доходы 120,5 млн руб. превышают расходы.'],
    [FULL, 'В компании 42 сотрудника и 2 учредителя.'],
    [FULL, 'Учредитель с 2018 года: ООО «РОМАШКА ИНВЕСТ».'],
    [FULL, 'Долги: задолженность отсутствует, штрафов нет.'],
    [FULL, 'Рекомендуется начать с предоплаты и проверить судебные дела.'],
    [FULL, 'The company is active and not being liquidated.'],
    [FULL, 'Revenue in 2025 was 118 million roubles.'],
    [FREE, '⚠️ Финансовые данные недоступны в DaData на текущем тарифе.'],
    [FREE, 'Сведения об учредителях не раскрыты.'],
    ['7801000037', 'Компания проходит процедуру банкротства, задолженность 12,4 млн руб.'],
  ])('%s: %s', (inn, sentence) => {
    expect(filter(inn, sentence)).toBe(sentence)
  })
})

describe('what they do not hold is left out', () => {
  test.each([
    [FULL, 'number', 'Рентабельность составляет 19 %.'],
    [FULL, 'number', 'Выручка за 2025 год составила 119 млн руб.'],
    [FULL, 'number', 'У компании три учредителя.'],
    [FULL, 'date', 'Компания зарегистрирована 3 марта 2015 года.'],
    [FULL, 'date', 'Последняя проверка прошла 12.05.2024.'],
    [FULL, 'name', 'Директором является Пётр Сидоренко.'],
    [FULL, 'name', 'Компания входит в холдинг «Газпром».'],
    [FULL, 'status', 'Компания находится в стадии ликвидации.'],
    [FULL, 'status', 'Руководитель дисквалифицирован.'],
    [FULL, 'status', 'У компании есть судебные споры.'],
    [FULL, 'status', 'Судебных споров нет.'],
    [FULL, 'status', 'The company is bankrupt.'],
    [FULL, 'status', 'Следует отметить, что компания находится в стадии банкротства.'],
    [FULL, 'status', 'Следует отметить высокую вероятность банкротства.'],
    [FULL, 'status', 'Банкротство: да.'],
    [FULL, 'status', 'Компания стоит на грани банкротства.'],
    [FULL, 'status', 'Компания получила крупный штраф по решению суда.'],
    [FULL, 'status', 'Проверка показала банкротство компании.'],
    [FULL, 'status', 'Рекомендуем проверить отчётность, так как компания ликвидируется.'],
    [FULL, 'status', 'Если говорить коротко, компания является банкротом.'],
    [FULL, 'status', 'It should be noted that the company is bankrupt.'],
    [FULL, 'status', 'Компания прекратила деятельность.'],
    [FULL, 'status', 'Компания работает с убытком.'],
    [FULL, 'status', 'Расходы компании превышают доходы.'],
    [FULL, 'status', 'Сотрудников у компании нет.'],
    [FULL, 'status', 'Учредителей нет.'],
    [FULL, 'status', 'Выручка растёт.'],
    [FULL, 'status', 'Против директора возбуждено уголовное дело.'],
    [FULL, 'name', 'Учредитель: Газпром.'],
    [FULL, 'name', 'Директор — Петренко.'],
    [FULL, 'name', 'Сбербанк владеет долей в компании.'],
    [FULL, 'number', 'Выручка составила миллиард рублей.'],
    [FULL, 'number', 'У компании двадцать филиалов.'],
    [FULL, 'number', 'Выручка составила 97,3 млн руб.'],
    [FULL, 'number', 'В штате 60 сотрудников.'],
    [FULL, 'number', 'Учредителей: 42.'],
    [FULL, 'level', 'Уровень риска высокий, высокий риск.'],
    [FREE, 'status', 'Задолженности по налогам нет.'],
    [FREE, 'status', 'Руководитель не дисквалифицирован.'],
    [FREE, 'status', 'Учредителей у компании нет.'],
    [FREE, 'status', 'Компания получает стабильную прибыль.'],
    ['7801000037', 'status', 'Признаков банкротства нет.'],
    ['7801000037', 'status', 'Компания действующая.'],
    ['7801000037', 'level', 'Низкий риск.'],
  ])('%s, %s: %s', (inn, reason, sentence) => {
    const checker = createAnalysisChecker(partsOf(inn))
    expect(checker.push(sentence) + checker.end()).toBe('')
    expect(checker.dropped).toEqual([{ sentence, reason }])
  })
})

const MIXED = [
  '## Оценка',
  '',
  'Компания действующая. Рентабельность 18 %. Долгов по налогам нет.',
  '',
  '- Руководитель дисквалифицирован.',
  '- Доля Петровой Марии Олеговны: 60 %.',
  '1. Запросите устав.',
].join('\n')
const KEPT = [
  '## Оценка',
  '',
  'Компания действующая. Долгов по налогам нет.',
  '',
  '- Доля Петровой Марии Олеговны: 60 %.',
  '1. Запросите устав.',
].join('\n')

test.each([1, 3, 1_000])(
  'sentences go, lines of which nothing is left go whole, in pieces of %i',
  (length) => {
    expect(filter(FULL, MIXED, length)).toBe(KEPT)
  },
)
