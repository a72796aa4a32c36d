/** A party as DaData's reply holds it; the shape is that of its suggestions.yml, the companies are made up. */
export interface DaDataParty {
  readonly value: string
  readonly unrestricted_value: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Midnight of a date, in milliseconds, as DaData tells days. */
export const day = (text: string): number => Date.parse(`${text}T00:00:00Z`)

/** What small plans do not tell is null there; the register itself has no more of anybody. */
export const SILENT = {
  citizenship: null,
  capital: null,
  invalid: null,
  management: null,
  founders: null,
  managers: null,
  predecessors: null,
  successors: null,
  branch_type: null,
  branch_count: null,
  source: null,
  qc: null,
  employee_count: null,
  finance: null,
  okveds: null,
  authorities: null,
  documents: null,
  licenses: null,
  phones: null,
  emails: null,
} as const

interface PartyParts {
  readonly inn: string
  readonly ogrn: string
  readonly registered: string
  readonly short: string
  readonly full: string
  readonly status?: string
  readonly address?: string
  readonly head?: Readonly<Record<string, unknown>> | null
  readonly more?: Readonly<Record<string, unknown>>
}

/** The day of which all this is true. */
export const ACTUAL = '2026-10-01'

/** A company as a free plan shows it, `more` on top. */
export function company(parts: PartyParts): DaDataParty {
  const { inn, ogrn, registered, short, full, status = 'ACTIVE', head, more = {} } = parts
  const address = parts.address ?? 'г Москва, ул Тверская, д 1'
  return party(`ООО "${short}"`, {
    ...SILENT,
    kpp: `${inn.slice(0, 4)}01001`,
    inn,
    ogrn,
    ogrn_date: day(registered),
    hid: `hid${inn}`,
    type: 'LEGAL',
    name: {
      full_with_opf: `ОБЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕТСТВЕННОСТЬЮ "${full}"`,
      short_with_opf: `ООО "${short}"`,
      latin: null,
      full,
      short,
    },
    fio: null,
    okpo: '00000001',
    okato: '45286585000',
    oktmo: '45382000000',
    okogu: '4210014',
    okfs: '16',
    okved: '62.01',
    okved_type: '2014',
    opf: { type: '2014', code: '12300', full: 'Общество с ограниченной ответственностью', short: 'ООО' },
    branch_type: 'MAIN',
    branch_count: 0,
    management:
      head === null
        ? null
        : {
            name: 'Иванов Иван Иванович',
            post: 'ГЕНЕРАЛЬНЫЙ ДИРЕКТОР',
            start_date: day(registered),
            disqualified: null,
            ...head,
          },
    state: {
      status,
      code: null,
      actuality_date: day(ACTUAL),
      registration_date: day(registered),
      liquidation_date: null,
    },
    address: {
      value: address,
      unrestricted_value: address,
      invalidity: null,
      data: { region_with_type: 'г Москва' },
    },
    ...more,
  })
}

/** A party of any kind. */
export function party(value: string, data: DaDataParty['data']): DaDataParty {
  return { value, unrestricted_value: value, data }
}
