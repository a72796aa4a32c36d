import type { Language } from '../bot-commands.ts'
import type {
  AffiliatedCompany,
  CompanyFacts,
  CompanyHead,
  CompanyOwner,
  Day,
  RiskAssessment,
  RiskFlag,
} from './company.ts'
import { englishReport, russianReport, type ReportLabel, type ReportWords } from './report-words.ts'

/** What a report is made of. */
export interface ReportParts {
  readonly facts: CompanyFacts
  readonly risk: RiskAssessment
  /** Absent: they were not asked for, or could not be had; the report then says nothing of them. */
  readonly affiliated?: readonly AffiliatedCompany[]
  /** What a model made of it, checked against the facts; Markdown. */
  readonly analysis?: string
}

export type SectionName = keyof ReportWords['sections']

/** A report as plain words, for whatever shows it; nothing in it is Markdown or HTML, but the analysis is Markdown. */
export interface CompanyReport {
  readonly language: Language
  readonly title: string
  /** As of when, from where. */
  readonly source: string
  readonly sections: readonly ReportSection[]
}

export interface ReportSection {
  readonly name: SectionName
  readonly title: string
  readonly rows: readonly { readonly label: string; readonly value: string }[]
  readonly lines: readonly string[]
}

const MOST_AFFILIATED = 10
const MOST_OWNERS = 10

/** Says in plain words what is known, section by section. What the source did not tell is left out, never called none. */
export function composeReport(parts: ReportParts, language: Language): CompanyReport {
  const words = language === 'ru' ? russianReport : englishReport
  const writer = new ReportWriter(words, language)
  const { facts, risk, affiliated, analysis } = parts
  return {
    language,
    title: `${words.title}: ${facts.name.short}`,
    source: fill(words.asOf, { date: writer.day(facts.state.actualOn ?? facts.fetchedAt.slice(0, 10)) }),
    sections: [
      writer.card(facts),
      writer.finance(facts),
      writer.risks(risk),
      ...(affiliated ? [writer.affiliated(affiliated)] : []),
      writer.contacts(facts),
      ...(analysis ? [writer.section('analysis', [], [analysis])] : []),
    ],
  }
}

/** A value that is nothing leaves its row out. */
type Row = readonly [ReportLabel, string | number | false | null | undefined]

class ReportWriter {
  readonly #words: ReportWords
  readonly #numbers: Intl.NumberFormat
  readonly #russian: boolean

  constructor(words: ReportWords, language: Language) {
    this.#words = words
    this.#russian = language === 'ru'
    this.#numbers = new Intl.NumberFormat(this.#russian ? 'ru-RU' : 'en-GB', { maximumFractionDigits: 2 })
  }

  card(facts: CompanyFacts): ReportSection {
    return this.section('card', [...this.#namesOf(facts), ...this.#stateOf(facts), ...this.#peopleOf(facts)])
  }

  #namesOf(facts: CompanyFacts): readonly Row[] {
    const { name, inn, kpp, ogrn, ogrnDate } = facts
    return [
      ['name', name.short],
      ['fullName', name.full === name.short ? null : name.full],
      ['latin', name.latin],
      ['kind', this.#kindOf(facts)],
      ['inn', inn],
      ['kpp', kpp],
      ['ogrn', this.#join([ogrn, ogrnDate && this.#since(ogrnDate)])],
    ]
  }

  #stateOf({ state, invalid, address }: CompanyFacts): readonly Row[] {
    const { status, invalid: marked, invalidAddress } = this.#words
    return [
      ['status', this.#join([state.status && status[state.status], invalid && marked])],
      ['registered', state.registeredOn && this.day(state.registeredOn)],
      ['liquidated', state.liquidatedOn && this.day(state.liquidatedOn)],
      ['address', address && this.#join([address.text, address.invalidity && invalidAddress])],
    ]
  }

  #peopleOf(facts: CompanyFacts): readonly Row[] {
    const { head, okved, capital, employeeCount, branchCount, founders, licenses } = facts
    return [
      ['head', head && this.#headOf(head)],
      ['activity', okved && this.#join([okved.code, okved.name])],
      ['capital', capital && this.#money(capital.value)],
      ['employees', employeeCount],
      ['branches', branchCount === 0 ? null : branchCount],
      ['founders', this.#owners(founders)],
      ['predecessors', this.#ownersIfAny(facts.predecessors)],
      ['successors', this.#ownersIfAny(facts.successors)],
      ['licenses', licenses && (licenses.length || this.#words.none)],
    ]
  }

  finance({ finance }: CompanyFacts): ReportSection {
    const { revenue, income, expense, debt, penalty, taxSystem } = finance
    const silent = [revenue, income, expense, debt].every((value) => value === null)
    const rows = this.section('finance', [
      ['taxSystem', taxSystem],
      ['revenue', revenue !== null && this.#money(revenue)],
      ['income', income !== null && this.#money(income)],
      ['expense', expense !== null && this.#money(expense)],
      ['debt', debt !== null && this.#money(debt)],
      ['penalty', penalty !== null && this.#money(penalty)],
    ]).rows.map((row) => ({ ...row, label: fill(row.label, { year: finance.year ?? '?' }) }))
    return { ...this.section('finance', [], silent ? [this.#words.noFinance] : []), rows }
  }

  risks({ score, level, flags, unknown }: RiskAssessment): ReportSection {
    const { levels, unknownFacts } = this.#words
    const list = unknown.map((fact) => unknownFacts[fact]).join(', ')
    return this.section(
      'risks',
      [],
      [
        fill(this.#words.score, { score, level: levels[level] }),
        ...(flags.length === 0 ? [this.#words.noFlags] : flags.map((flag) => this.#flag(flag))),
        ...(unknown.length === 0 ? [] : [fill(this.#words.unknown, { list })]),
        this.#words.source,
      ],
    )
  }

  affiliated(companies: readonly AffiliatedCompany[]): ReportSection {
    const shown = companies.slice(0, MOST_AFFILIATED).map(({ name, inn, status }) => {
      return (
        this.#join([name, `${this.#words.labels.inn} ${inn}`, status && this.#words.status[status]]) ?? ''
      )
    })
    const more = companies.length - shown.length
    return this.section(
      'affiliated',
      [],
      [
        ...(shown.length === 0 ? [this.#words.noAffiliated] : shown),
        ...(more > 0 ? [fill(this.#words.moreAffiliated, { count: more })] : []),
      ],
    )
  }

  contacts({ phones, emails }: CompanyFacts): ReportSection {
    const silent = phones === null && emails === null
    const list = (values: readonly string[] | null): string | null =>
      values && (values.join(', ') || this.#words.none)
    return this.section(
      'contacts',
      [
        ['phones', list(phones)],
        ['emails', list(emails)],
      ],
      silent ? [this.#words.noContacts] : [],
    )
  }

  section(name: SectionName, rows: readonly Row[], lines: readonly string[] = []): ReportSection {
    return {
      name,
      title: this.#words.sections[name],
      rows: rows.flatMap(([label, value]) =>
        value === null || value === undefined || value === false || value === ''
          ? []
          : [{ label: this.#words.labels[label], value: String(value) }],
      ),
      lines,
    }
  }

  day(day: Day): string {
    return this.#russian ? day.split('-').toReversed().join('.') : day
  }

  #kindOf({ kind, branch, opf }: CompanyFacts): string | null {
    if (kind === 'individual') return this.#words.individual
    return this.#join([opf, branch === 'BRANCH' && this.#words.branch])
  }

  #headOf({ name, post, since, disqualified }: CompanyHead): string | null {
    const { disqualified: yes, notDisqualified: no } = this.#words
    return this.#join([
      name,
      post,
      since && this.#since(since),
      disqualified === null ? null : disqualified ? yes : no,
    ])
  }

  #ownersIfAny(owners: readonly CompanyOwner[] | null): string | null {
    return owners === null || owners.length === 0 ? null : this.#owners(owners)
  }

  #owners(owners: readonly CompanyOwner[] | null): string | null {
    if (owners === null) return null
    if (owners.length === 0) return this.#words.none
    const named = owners
      .slice(0, MOST_OWNERS)
      .map(({ name, inn, share, invalidity }) =>
        this.#join([
          name,
          inn && `${this.#words.labels.inn} ${inn}`,
          share,
          invalidity && this.#words.invalid,
        ]),
      )
    const more = owners.length - named.length
    return [...named, ...(more > 0 ? [fill(this.#words.moreAffiliated, { count: more })] : [])].join('; ')
  }

  #flag({ code, points, on, detail }: RiskFlag): string {
    const amount = detail['amount']
    const values = { ...detail, ...(typeof amount === 'number' && { amount: this.#money(amount) }) }
    const when = on === null ? '' : ` (${this.day(on)})`
    return `${points >= 30 ? '🔴' : '🟡'} +${points}: ${fill(this.#words.flags[code], values)}${when}`
  }

  #money(amount: number): string {
    return fill(this.#words.roubles, { amount: this.#numbers.format(amount) })
  }

  #since(day: Day): string {
    return fill(this.#words.since, { date: this.day(day) })
  }

  #join(parts: readonly (string | number | false | null | undefined)[]): string | null {
    return (
      parts
        .filter((part) => part !== null && part !== undefined && part !== false && part !== '')
        .join(', ') || null
    )
  }
}

function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}
