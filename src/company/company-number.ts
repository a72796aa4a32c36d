import type { CompanyNumber } from './company.ts'

const INN_10 = [2, 4, 10, 3, 5, 9, 4, 6, 8]
const INN_11 = [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]
const INN_12 = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]

/** What was found in a text that looks like the number of a company. */
export interface FoundNumber {
  /** As it was written. */
  readonly text: string
  /** Undefined when its checksum or its region is wrong. */
  readonly number: CompanyNumber | undefined
}

/**
 * Reads an INN (10 or 12 digits), an OGRN (13) or an OGRNIP (15); undefined when the checksum is wrong or no region has
 * it. Source: order of the tax service MMV-7-6/435 for INN; government decree 438 (2002) for OGRN.
 */
export function parseCompanyNumber(text: string): CompanyNumber | undefined {
  const digits = text.trim()
  if (isInn(digits)) return { kind: 'inn', digits }
  return isOgrn(digits) ? { kind: 'ogrn', digits } : undefined
}

/** The first number of a company in a text, good or not: a good one before one that is mistyped. */
export function findCompanyNumber(text: string): FoundNumber | undefined {
  const candidates = [...text.matchAll(/(?<!\d)(?:\d{15}|\d{13}|\d{12}|\d{10})(?!\d)/g)].map(
    ([digits]) => digits,
  )
  const good = candidates.find((digits) => parseCompanyNumber(digits) !== undefined)
  const found = good ?? candidates[0]
  return found === undefined ? undefined : { text: found, number: parseCompanyNumber(found) }
}

/** No region has the number 00; all zeros would pass the checksum. */
function isInn(digits: string): boolean {
  if (!/^(?:\d{10}|\d{12})$/.test(digits) || digits.startsWith('00')) return false
  if (digits.length === 10) return checkDigit(digits, INN_10) === digits[9]
  return checkDigit(digits, INN_11) === digits[10] && checkDigit(digits, INN_12) === digits[11]
}

function checkDigit(digits: string, weights: readonly number[]): string {
  const sum = weights.reduce((total, weight, at) => total + weight * Number(digits[at]), 0)
  return String((sum % 11) % 10)
}

/** The first digit says whose it is (1 and 5 of companies, 2 of state bodies, 3 of sole traders), the fourth and fifth the region. */
function isOgrn(digits: string): boolean {
  if (!/^(?:[125]\d{12}|3\d{14})$/.test(digits) || digits.slice(3, 5) === '00') return false
  const divisor = digits.length === 13 ? 11n : 13n
  return String((BigInt(digits.slice(0, -1)) % divisor) % 10n) === digits.at(-1)
}
