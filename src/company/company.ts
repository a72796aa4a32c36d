/**
 * The door of the company room: what registers say about companies. In all of it `null` means that the source did not
 * tell, which on a small plan it does for half of the fields; it never means that there is nothing. What the source
 * said there is none of is an empty list, 0 or false.
 */

/** Looks companies up. Answers are remembered for a while; a lookup that failed is never tried again by itself. */
export interface CompanyRegister {
  /** Undefined when there is no such company. Throws `company_*`, such as `company_quota_exhausted`. */
  find(number: CompanyNumber, options: LookupOptions): Promise<CompanyFacts | undefined>
  /** Companies with the same founders or managers, as far as they are told; the asked one left out. */
  findAffiliated(inn: string, options: LookupOptions): Promise<readonly AffiliatedCompany[]>
}

export interface LookupOptions {
  readonly signal: AbortSignal
}

/** What names a company: 10 or 12 digits (INN), 13 (OGRN) or 15 (OGRNIP) whose checksum is right. */
export interface CompanyNumber {
  readonly kind: 'inn' | 'ogrn'
  readonly digits: string
}

export type CompanyStatus = 'ACTIVE' | 'LIQUIDATING' | 'LIQUIDATED' | 'BANKRUPT' | 'REORGANIZING'

/** A day, `YYYY-MM-DD`. */
export type Day = string

/** What is known of a company or a sole trader. Names and texts are those of the register, in Russian. */
export interface CompanyFacts {
  readonly kind: 'legal' | 'individual'
  readonly inn: string
  readonly kpp: string | null
  readonly ogrn: string | null
  readonly ogrnDate: Day | null
  readonly name: CompanyName
  readonly branch: 'MAIN' | 'BRANCH' | null
  readonly branchCount: number | null
  readonly state: CompanyState
  readonly opf: string | null
  readonly address: CompanyAddress | null
  /** True: the register marks something about the company as not true. */
  readonly invalid: boolean | null
  readonly head: CompanyHead | null
  readonly founders: readonly CompanyOwner[] | null
  readonly managers: readonly CompanyOwner[] | null
  /** The main activity: its code and, where it is told, its name. */
  readonly okved: CompanyActivity | null
  readonly capital: { readonly type: string | null; readonly value: number } | null
  readonly employeeCount: number | null
  readonly finance: CompanyFinance
  readonly licenses: readonly CompanyLicense[] | null
  readonly predecessors: readonly CompanyOwner[] | null
  readonly successors: readonly CompanyOwner[] | null
  readonly phones: readonly string[] | null
  readonly emails: readonly string[] | null
  /** When it was looked up, ISO 8601. */
  readonly fetchedAt: string
}

export interface CompanyName {
  readonly short: string
  readonly full: string
  readonly latin: string | null
}

export interface CompanyState {
  readonly status: CompanyStatus | null
  /** As of when the register says all this. */
  readonly actualOn: Day | null
  readonly registeredOn: Day | null
  readonly liquidatedOn: Day | null
}

export interface CompanyAddress {
  readonly text: string
  /** Why the register calls it not true; null: it was not told whether it does. */
  readonly invalidity: Invalidity | null
}

/** Why the register calls a fact not true. */
export interface Invalidity {
  readonly code: 'PARTY' | 'FTS' | 'COURT' | 'OTHER'
  readonly court: string | null
  readonly number: string | null
  readonly date: Day | null
}

export interface CompanyHead {
  readonly name: string
  readonly post: string | null
  readonly disqualified: boolean | null
  readonly since: Day | null
}

/** A founder, a manager, a predecessor: a person or another company. */
export interface CompanyOwner {
  readonly name: string
  readonly inn: string | null
  readonly post: string | null
  /** In words, such as `60 %`. */
  readonly share: string | null
  readonly invalidity: Invalidity | null
  readonly since: Day | null
}

export interface CompanyActivity {
  readonly code: string
  readonly name: string | null
}

/** Of one year, in roubles. */
export interface CompanyFinance {
  readonly year: number | null
  readonly taxSystem: string | null
  readonly revenue: number | null
  readonly income: number | null
  readonly expense: number | null
  /** Taxes that were not paid. */
  readonly debt: number | null
  readonly penalty: number | null
}

export interface CompanyLicense {
  readonly number: string | null
  readonly issuedOn: Day | null
  readonly validTo: Day | null
  readonly activities: readonly string[]
}

export interface AffiliatedCompany {
  readonly inn: string
  readonly name: string
  readonly status: CompanyStatus | null
}

/** Something that speaks against a company, with what it was concluded from. */
export interface RiskFlag {
  readonly code: RiskCode
  readonly points: number
  /** The day it happened, or as of which the source says so; null when the source gives none. */
  readonly on: Day | null
  /** What the words for people name: an amount, a name, a number of months. */
  readonly detail: Readonly<Record<string, string | number>>
}

export type RiskCode =
  | 'invalid'
  | 'liquidating'
  | 'liquidated'
  | 'bankrupt'
  | 'reorganizing'
  | 'tax_debt'
  | 'no_revenue'
  | 'loss'
  | 'no_management'
  | 'disqualified_head'
  | 'invalid_address'
  | 'invalid_persons'
  | 'young'

export type RiskLevel = 'low' | 'medium' | 'high'

/** What can be concluded from the facts by rules alone; the same for the same facts on the same day. */
export interface RiskAssessment {
  /** 0 to 100; the sum of the flags' points, cut at 100. */
  readonly score: number
  readonly level: RiskLevel
  /** The weightiest first. */
  readonly flags: readonly RiskFlag[]
  /** What could not be judged, because the source did not tell. */
  readonly unknown: readonly UnknownFact[]
  /** The day it was assessed. */
  readonly on: Day
}

export type UnknownFact =
  | 'invalid'
  | 'disqualified'
  | 'address'
  | 'finance'
  | 'debt'
  | 'founders'
  | 'employees'
