import { ACTUAL, company, day, party, SILENT, type DaDataParty } from './party.ts'

/** What the biggest plan tells besides. */
const FULL = {
  invalid: false,
  employee_count: 42,
  okveds: [
    { main: true, type: '2014', code: '62.01', name: 'Разработка компьютерного программного обеспечения' },
  ],
  capital: { type: 'УСТАВНЫЙ КАПИТАЛ', value: 500_000 },
  founders: [
    {
      ogrn: null,
      inn: '771234567897',
      name: null,
      fio: { surname: 'Петрова', name: 'Мария', patronymic: 'Олеговна', source: 'Петрова Мария Олеговна' },
      hid: 'f1',
      type: 'PHYSICAL',
      share: { type: 'PERCENT', value: 60 },
      invalidity: null,
      start_date: day('2015-03-02'),
    },
    {
      ogrn: '1037700000018',
      inn: '7701000026',
      name: 'ООО "РОМАШКА ИНВЕСТ"',
      fio: null,
      hid: 'f2',
      type: 'LEGAL',
      share: { type: 'FRACTION', numerator: 2, denominator: 5 },
      invalidity: null,
      start_date: day('2018-06-01'),
    },
  ],
  managers: [],
  finance: {
    tax_system: 'USN',
    year: 2025,
    income: 120_500_000,
    revenue: 118_000_000,
    expense: 97_300_000,
    debt: 0,
    penalty: 0,
  },
  licenses: [],
  predecessors: [],
  successors: [],
  phones: [{ value: '+7 495 000-00-01' }],
  emails: [{ value: 'info@romashka.example' }],
} as const

const COURT = {
  code: 'COURT',
  decision: { court_name: 'Арбитражный суд города Москвы', number: 'А40-1/2026', date: day('2026-03-15') },
}

/** Companies the fake knows unless it is told others: one of each kind worth telling apart. */
export const DADATA_PARTIES: readonly DaDataParty[] = [
  // As a free plan shows a company: half of the fields are null.
  party('ПАО СБЕРБАНК', {
    ...company({
      inn: '7707083893',
      ogrn: '1027700132195',
      registered: '1991-06-20',
      short: 'СБЕРБАНК',
      full: 'СБЕРБАНК РОССИИ',
      address: 'г Москва, ул Вавилова, д 19',
      head: { name: 'Греф Герман Оскарович', post: 'ПРЕЗИДЕНТ, ПРЕДСЕДАТЕЛЬ ПРАВЛЕНИЯ' },
    }).data,
    kpp: '773601001',
    name: {
      full_with_opf: 'ПУБЛИЧНОЕ АКЦИОНЕРНОЕ ОБЩЕСТВО "СБЕРБАНК РОССИИ"',
      short_with_opf: 'ПАО СБЕРБАНК',
      latin: null,
      full: 'СБЕРБАНК РОССИИ',
      short: 'СБЕРБАНК',
    },
    opf: { type: '2014', code: '12247', full: 'Публичное акционерное общество', short: 'ПАО' },
    okved: '64.19',
    branch_count: 88,
  }),
  company({
    inn: '7701000019',
    ogrn: '1115000000059',
    registered: '2015-03-02',
    short: 'РОМАШКА',
    full: 'РОМАШКА',
    head: { disqualified: false },
    more: FULL,
  }),
  company({
    inn: '7701000026',
    ogrn: '1037700000018',
    registered: '2003-01-20',
    short: 'ЗАКАТ',
    full: 'ЗАКАТ',
    status: 'LIQUIDATING',
    head: { name: 'Сидоров Пётр Ильич', post: 'ЛИКВИДАТОР' },
  }),
  company({
    inn: '7801000037',
    ogrn: '1057800000026',
    registered: '2005-04-11',
    short: 'БАНКРОТ',
    full: 'БАНКРОТ',
    status: 'BANKRUPT',
    head: { name: 'Орлов Олег Олегович', post: 'КОНКУРСНЫЙ УПРАВЛЯЮЩИЙ' },
    more: {
      ...FULL,
      finance: { ...FULL.finance, revenue: 0, income: 1_000_000, expense: 9_000_000, debt: 12_400_000 },
    },
  }),
  company({
    inn: '5401000046',
    ogrn: '1075400000037',
    registered: '2007-07-07',
    short: 'ПУСТОЙ АДРЕС',
    full: 'ПУСТОЙ АДРЕС',
    more: {
      invalid: true,
      address: {
        value: 'г Новосибирск, ул Ленина, д 5',
        unrestricted_value: '630000, г Новосибирск, ул Ленина, д 5',
        invalidity: COURT,
        data: {},
      },
    },
  }),
  company({
    inn: '6601000052',
    ogrn: '1096600000045',
    registered: '2009-09-09',
    short: 'ДИСКВАЛ',
    full: 'ДИСКВАЛ',
    head: { name: 'Кузнецов Антон Павлович', disqualified: true },
    more: { invalid: false },
  }),
  company({
    inn: '1601000078',
    ogrn: '1151600000067',
    registered: '2015-05-05',
    short: 'БЫВШАЯ',
    full: 'БЫВШАЯ',
    status: 'LIQUIDATED',
    head: null,
    more: {
      state: {
        status: 'LIQUIDATED',
        code: null,
        actuality_date: day(ACTUAL),
        registration_date: day('2015-05-05'),
        liquidation_date: day('2024-02-29'),
      },
    },
  }),
  // A branch has the number of its company, and a KPP of its own.
  party('ООО "РОМАШКА", ФИЛИАЛ В Г. КАЗАНЬ', {
    ...company({
      inn: '7701000019',
      ogrn: '1115000000059',
      registered: '2015-03-02',
      short: 'РОМАШКА',
      full: 'РОМАШКА',
      head: null,
    }).data,
    kpp: '165543001',
    branch_type: 'BRANCH',
  }),
  party('ИП Смирнова Анна Сергеевна', {
    ...SILENT,
    inn: '500100732259',
    ogrn: '304500116000157',
    ogrn_date: day('2004-06-08'),
    hid: 'hidip',
    type: 'INDIVIDUAL',
    name: {
      full_with_opf: 'Индивидуальный предприниматель Смирнова Анна Сергеевна',
      short_with_opf: 'ИП Смирнова Анна Сергеевна',
      latin: null,
      full: 'Смирнова Анна Сергеевна',
      short: null,
    },
    fio: { surname: 'Смирнова', name: 'Анна', patronymic: 'Сергеевна', source: null },
    okved: '47.91',
    okved_type: '2014',
    opf: { type: '2014', code: '50102', full: 'Индивидуальный предприниматель', short: 'ИП' },
    state: {
      status: 'ACTIVE',
      code: null,
      actuality_date: day(ACTUAL),
      registration_date: day('2004-06-08'),
      liquidation_date: null,
    },
    address: {
      value: 'Московская обл, г Балашиха',
      unrestricted_value: '143900, Московская обл, г Балашиха',
      invalidity: null,
      data: {},
    },
  }),
]

/** Which of them share founders or heads. */
export const DADATA_AFFILIATES: Readonly<Record<string, readonly string[]>> = {
  '7701000019': ['7701000026', '500100732259'],
}
