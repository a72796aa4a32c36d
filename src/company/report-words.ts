import type { CompanyStatus, RiskCode, RiskLevel, UnknownFact } from './company.ts'

/** What a report says around the facts; `{name}` and the like are filled in. */
export interface ReportWords {
  readonly title: string
  readonly asOf: string
  readonly sections: Readonly<
    Record<'card' | 'finance' | 'risks' | 'affiliated' | 'contacts' | 'analysis', string>
  >
  readonly labels: Readonly<Record<ReportLabel, string>>
  readonly status: Readonly<Record<CompanyStatus, string>>
  readonly flags: Readonly<Record<RiskCode, string>>
  readonly levels: Readonly<Record<RiskLevel, string>>
  readonly unknownFacts: Readonly<Record<UnknownFact, string>>
  readonly score: string
  readonly noFlags: string
  /** What could not be judged: `{list}` of `unknownFacts`. */
  readonly unknown: string
  readonly noFinance: string
  readonly noAffiliated: string
  readonly moreAffiliated: string
  readonly noContacts: string
  readonly invalid: string
  readonly invalidAddress: string
  readonly disqualified: string
  readonly notDisqualified: string
  readonly since: string
  readonly individual: string
  readonly branch: string
  readonly none: string
  readonly roubles: string
  readonly source: string
}

export type ReportLabel =
  | 'name'
  | 'fullName'
  | 'latin'
  | 'kind'
  | 'inn'
  | 'kpp'
  | 'ogrn'
  | 'status'
  | 'registered'
  | 'liquidated'
  | 'address'
  | 'head'
  | 'activity'
  | 'capital'
  | 'employees'
  | 'branches'
  | 'founders'
  | 'successors'
  | 'predecessors'
  | 'licenses'
  | 'taxSystem'
  | 'revenue'
  | 'income'
  | 'expense'
  | 'debt'
  | 'penalty'
  | 'phones'
  | 'emails'

export const russianReport: ReportWords = {
  title: 'Проверка контрагента',
  asOf: 'Сведения на {date}, источник: DaData (ЕГРЮЛ, ЕГРИП).',
  sections: {
    card: '📊 ИНФОРМАЦИЯ О КОМПАНИИ',
    finance: '💰 ФИНАНСЫ',
    risks: '⚠️ РИСКИ',
    affiliated: '🔗 СВЯЗАННЫЕ КОМПАНИИ',
    contacts: '📞 КОНТАКТЫ',
    analysis: '🧠 АНАЛИЗ',
  },
  labels: {
    name: 'Название',
    fullName: 'Полное название',
    latin: 'На латинице',
    kind: 'Вид',
    inn: 'ИНН',
    kpp: 'КПП',
    ogrn: 'ОГРН',
    status: 'Статус',
    registered: 'Дата регистрации',
    liquidated: 'Дата ликвидации',
    address: 'Адрес',
    head: 'Руководитель',
    activity: 'Основной ОКВЭД',
    capital: 'Уставный капитал',
    employees: 'Сотрудников',
    branches: 'Филиалов',
    founders: 'Учредители',
    successors: 'Правопреемники',
    predecessors: 'Правопредшественники',
    licenses: 'Лицензии',
    taxSystem: 'Налоговый режим',
    revenue: 'Выручка за {year} год',
    income: 'Доходы за {year} год',
    expense: 'Расходы за {year} год',
    debt: 'Задолженность по налогам',
    penalty: 'Штрафы',
    phones: 'Телефоны',
    emails: 'Почта',
  },
  status: {
    ACTIVE: '🟢 действующая',
    LIQUIDATING: '🔴 ликвидируется',
    LIQUIDATED: '🔴 ликвидирована',
    BANKRUPT: '🔴 банкротство',
    REORGANIZING: '🟡 в процессе реорганизации',
  },
  flags: {
    invalid: 'сведения о компании в реестре отмечены как недостоверные',
    liquidating: 'компания ликвидируется',
    liquidated: 'компания ликвидирована',
    bankrupt: 'идёт процедура банкротства',
    reorganizing: 'компания в процессе реорганизации',
    tax_debt: 'задолженность по налогам {amount}',
    no_revenue: 'нулевая выручка',
    loss: 'расходы больше доходов на {amount}',
    no_management: 'в реестре не указан руководитель',
    disqualified_head: 'руководитель дисквалифицирован: {name}',
    invalid_address: 'адрес в реестре отмечен как недостоверный',
    invalid_persons: 'сведения об учредителях или руководителях отмечены как недостоверные: {name}',
    young: 'компания зарегистрирована менее года назад (месяцев: {months})',
  },
  levels: { low: '🟢 низкий', medium: '🟡 средний', high: '🔴 высокий' },
  unknownFacts: {
    invalid: 'отметка о недостоверности',
    disqualified: 'дисквалификация руководителя',
    address: 'достоверность адреса',
    finance: 'финансы',
    debt: 'задолженность по налогам',
    founders: 'учредители',
    employees: 'число сотрудников',
  },
  score: 'Риск-скор: {score}/100. Уровень риска: {level}.',
  noFlags: 'Признаков риска в доступных сведениях нет.',
  unknown: 'Не оценивалось, потому что источник этого не сообщил: {list}.',
  noFinance: '⚠️ Финансовые данные недоступны в DaData на текущем тарифе',
  noAffiliated: 'Источник не назвал связанных компаний.',
  moreAffiliated: '… и ещё {count}',
  noContacts: 'Источник не сообщил контактов (на части тарифов DaData их не передаёт).',
  invalid: '⚠️ сведения отмечены как недостоверные',
  invalidAddress: '⚠️ отмечен как недостоверный',
  disqualified: '⚠️ дисквалифицирован',
  notDisqualified: 'не дисквалифицирован',
  since: 'с {date}',
  individual: 'индивидуальный предприниматель',
  branch: 'филиал',
  none: 'нет',
  roubles: '{amount} руб.',
  source: 'Оценка рассчитана по правилам, без участия языковой модели.',
}

export const englishReport: ReportWords = {
  title: 'Company check',
  asOf: 'As of {date}; source: DaData (Russian state registers).',
  sections: {
    card: '📊 COMPANY',
    finance: '💰 FINANCE',
    risks: '⚠️ RISKS',
    affiliated: '🔗 AFFILIATED COMPANIES',
    contacts: '📞 CONTACTS',
    analysis: '🧠 ANALYSIS',
  },
  labels: {
    name: 'Name',
    fullName: 'Full name',
    latin: 'In Latin letters',
    kind: 'Kind',
    inn: 'INN',
    kpp: 'KPP',
    ogrn: 'OGRN',
    status: 'Status',
    registered: 'Registered',
    liquidated: 'Liquidated',
    address: 'Address',
    head: 'Head',
    activity: 'Main activity (OKVED)',
    capital: 'Charter capital',
    employees: 'Employees',
    branches: 'Branches',
    founders: 'Founders',
    successors: 'Successors',
    predecessors: 'Predecessors',
    licenses: 'Licences',
    taxSystem: 'Tax system',
    revenue: 'Revenue in {year}',
    income: 'Income in {year}',
    expense: 'Expenses in {year}',
    debt: 'Tax debt',
    penalty: 'Penalties',
    phones: 'Phones',
    emails: 'E-mail',
  },
  status: {
    ACTIVE: '🟢 active',
    LIQUIDATING: '🔴 being liquidated',
    LIQUIDATED: '🔴 liquidated',
    BANKRUPT: '🔴 bankrupt',
    REORGANIZING: '🟡 being reorganized',
  },
  flags: {
    invalid: 'the register marks facts about the company as not true',
    liquidating: 'the company is being liquidated',
    liquidated: 'the company is liquidated',
    bankrupt: 'the company is bankrupt',
    reorganizing: 'the company is being reorganized',
    tax_debt: 'tax debt of {amount}',
    no_revenue: 'no revenue',
    loss: 'expenses exceed income by {amount}',
    no_management: 'the register names no head',
    disqualified_head: 'the head is disqualified: {name}',
    invalid_address: 'the register marks the address as not true',
    invalid_persons: 'the register marks founders or managers as not true: {name}',
    young: 'registered less than a year ago (months: {months})',
  },
  levels: { low: '🟢 low', medium: '🟡 medium', high: '🔴 high' },
  unknownFacts: {
    invalid: 'marks of untrue facts',
    disqualified: 'disqualification of the head',
    address: 'whether the address is true',
    finance: 'finance',
    debt: 'tax debt',
    founders: 'founders',
    employees: 'number of employees',
  },
  score: 'Risk score: {score}/100. Risk: {level}.',
  noFlags: 'The facts at hand show no sign of risk.',
  unknown: 'Not judged, because the source did not tell: {list}.',
  noFinance: '⚠️ Financial data is not available from DaData on the current plan',
  noAffiliated: 'The source named no affiliated companies.',
  moreAffiliated: '… and {count} more',
  noContacts: 'The source told no contacts (on some plans DaData does not give them).',
  invalid: '⚠️ marked as not true',
  invalidAddress: '⚠️ marked as not true',
  disqualified: '⚠️ disqualified',
  notDisqualified: 'not disqualified',
  since: 'since {date}',
  individual: 'sole trader',
  branch: 'branch',
  none: 'none',
  roubles: '{amount} RUB',
  source: 'The score comes from rules; no language model takes part in it.',
}
