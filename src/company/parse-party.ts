import { z } from 'zod'
import type {
  AffiliatedCompany,
  CompanyAddress,
  CompanyFacts,
  CompanyFinance,
  CompanyHead,
  CompanyLicense,
  CompanyOwner,
  CompanyState,
  Invalidity,
} from './company.ts'

/** Anything else than expected counts as not told: one odd field must not hide a whole company. */
function told<Value>(type: z.ZodType<Value>): z.ZodType<Value | null> {
  return type
    .nullish()
    .catch(null)
    .transform((value) => value ?? null)
}

const text = told(z.string().trim().min(1))
const number = told(z.number())
const yes = told(z.boolean())
/** Milliseconds; days of the register are midnights of UTC. */
const day = told(z.number().transform((ms) => new Date(ms).toISOString().slice(0, 10)))

const STATUSES = ['ACTIVE', 'LIQUIDATING', 'LIQUIDATED', 'BANKRUPT', 'REORGANIZING'] as const
const status = told(z.enum(STATUSES))

const InvaliditySchema = told(
  z
    .object({
      code: z.enum(['PARTY', 'FTS', 'COURT', 'OTHER']).catch('OTHER'),
      decision: told(z.object({ court_name: text, number: text, date: day })),
    })
    .transform(({ code, decision }): Invalidity => ({
      code,
      court: decision?.court_name ?? null,
      number: decision?.number ?? null,
      date: decision?.date ?? null,
    })),
)

const Fio = told(z.object({ surname: text, name: text, patronymic: text, source: text }))

const Share = told(
  z.object({ type: text, value: number, numerator: number, denominator: number }).transform(describeShare),
)

const Owner = z
  .object({
    name: text,
    fio: Fio,
    inn: text,
    post: text,
    share: Share,
    invalidity: InvaliditySchema,
    start_date: day,
  })
  .transform(({ name, fio, inn, post, share, invalidity, start_date }): CompanyOwner => ({
    name: name ?? joinName(fio) ?? '',
    inn,
    post,
    share,
    invalidity,
    since: start_date,
  }))
const Owners = told(z.array(Owner))

const Head = told(
  z
    .object({ name: z.string().trim().min(1), post: text, disqualified: yes, start_date: day })
    .transform(({ start_date, ...head }): CompanyHead => ({ ...head, since: start_date })),
)

const NO_FINANCE: CompanyFinance = {
  year: null,
  taxSystem: null,
  revenue: null,
  income: null,
  expense: null,
  debt: null,
  penalty: null,
}

const Finance = told(
  z.object({
    tax_system: text,
    year: number,
    income: number,
    revenue: number,
    expense: number,
    debt: number,
    penalty: number,
  }),
).transform((finance): CompanyFinance => {
  if (!finance) return NO_FINANCE
  const { tax_system: taxSystem, ...figures } = finance
  return { taxSystem, ...figures }
})

const License = z
  .object({ number: text, issue_date: day, valid_to: day, activities: told(z.array(z.string())) })
  .transform((license): CompanyLicense => ({
    number: license.number,
    issuedOn: license.issue_date,
    validTo: license.valid_to,
    activities: license.activities ?? [],
  }))

/** Phones and addresses of mail come as `{ value }`. */
const Contacts = told(z.array(z.object({ value: z.string() }).transform(({ value }) => value)))

const Name = told(
  z.object({ short_with_opf: text, full_with_opf: text, short: text, full: text, latin: text }),
)

const Activities = told(z.array(z.object({ main: yes, code: text, name: text })))

const State = told(
  z.object({ status, actuality_date: day, registration_date: day, liquidation_date: day }),
).transform((state): CompanyState => ({
  status: state?.status ?? null,
  actualOn: state?.actuality_date ?? null,
  registeredOn: state?.registration_date ?? null,
  liquidatedOn: state?.liquidation_date ?? null,
}))

const Address = told(
  z.object({ value: text, unrestricted_value: text, invalidity: InvaliditySchema }),
).transform((address): CompanyAddress | null => {
  const where = address?.unrestricted_value ?? address?.value
  return where ? { text: where, invalidity: address?.invalidity ?? null } : null
})

const Form = told(z.object({ short: text, full: text })).transform((opf) => opf?.full ?? opf?.short ?? null)

/** The `data` of a party. Source: DaData, suggestions.yml. */
const Party = z.object({
  inn: z.string(),
  kpp: text,
  ogrn: text,
  ogrn_date: day,
  type: z.enum(['LEGAL', 'INDIVIDUAL']),
  name: Name,
  fio: Fio,
  branch_type: told(z.enum(['MAIN', 'BRANCH'])),
  branch_count: number,
  state: State,
  opf: Form,
  address: Address,
  invalid: yes,
  management: Head,
  founders: Owners,
  managers: Owners,
  okved: text,
  okveds: Activities,
  capital: told(z.object({ type: text, value: z.number() })),
  employee_count: number,
  finance: Finance,
  licenses: told(z.array(License)),
  predecessors: Owners,
  successors: Owners,
  phones: Contacts,
  emails: Contacts,
})

const Reply = z.object({
  suggestions: z.array(z.object({ value: z.string().catch(''), data: z.unknown() })),
})

/** What DaData answered, as far as it is an answer; throws a `ZodError` when it is none. */
export function parseReply(body: unknown): z.output<typeof Reply>['suggestions'] {
  return Reply.parse(body).suggestions
}

/** The facts of a party. Throws a `ZodError` when it is none. */
export function toFacts(data: unknown, value: string, fetchedAt: Date): CompanyFacts {
  const party = Party.parse(data)
  return {
    kind: party.type === 'LEGAL' ? 'legal' : 'individual',
    inn: party.inn,
    kpp: party.kpp,
    ogrn: party.ogrn,
    ogrnDate: party.ogrn_date,
    name: toName(party, value),
    branch: party.branch_type,
    branchCount: party.branch_count,
    state: party.state,
    opf: party.opf,
    address: party.address,
    invalid: party.invalid,
    head: party.management,
    founders: party.founders,
    managers: party.managers,
    okved: toActivity(party),
    capital: party.capital,
    employeeCount: party.employee_count,
    finance: party.finance,
    licenses: party.licenses,
    predecessors: party.predecessors,
    successors: party.successors,
    phones: party.phones,
    emails: party.emails,
    fetchedAt: fetchedAt.toISOString(),
  }
}

/** An affiliated company, of which little more than the number may be told; undefined when not even that is. */
export function toAffiliated(data: unknown, value: string): AffiliatedCompany | undefined {
  const read = z.object({ inn: z.string(), name: Name, state: told(z.object({ status })) }).safeParse(data)
  if (!read.success) return undefined
  const { inn, name, state } = read.data
  return { inn, name: name?.short_with_opf ?? (value || inn), status: state?.status ?? null }
}

type PartyData = z.output<typeof Party>

function toName({ name, fio }: PartyData, value: string): CompanyFacts['name'] {
  const short = name?.short_with_opf ?? name?.full_with_opf ?? joinName(fio) ?? value
  return { short, full: name?.full_with_opf ?? short, latin: name?.latin ?? null }
}

function toActivity({ okved, okveds }: PartyData): CompanyFacts['okved'] {
  const main = okveds?.find((one) => one.main === true || one.code === okved)
  const code = okved ?? main?.code ?? null
  return code === null ? null : { code, name: main?.name ?? null }
}

function joinName(fio: z.output<typeof Fio>): string | undefined {
  if (!fio) return undefined
  return (
    fio.source ??
    ([fio.surname, fio.name, fio.patronymic].filter((part) => part !== null).join(' ') || undefined)
  )
}

interface ShareParts {
  readonly type: string | null
  readonly value: number | null
  readonly numerator: number | null
  readonly denominator: number | null
}

function describeShare({ type, value, numerator, denominator }: ShareParts): string | null {
  if (type === 'FRACTION')
    return numerator !== null && denominator !== null ? `${numerator}/${denominator}` : null
  if (value === null) return null
  return type === 'PERCENT' ? `${value} %` : `${Math.round(value * 10_000) / 100} %`
}
