import { inspect } from 'node:util'
import { nearest } from './nearest.ts'

/** What one field of a definition has to be. */
export interface FieldRule {
  /** Judges a value that is there; of a list, each entry. */
  fits(value: unknown): boolean
  /** What to write, as the end of a sentence: `use a number from 0 to 2`. */
  readonly fix: string
  readonly required?: true
  readonly list?: true
}

export type FieldRules = Readonly<Record<string, FieldRule>>

/** Where a definition stands, for the sentences about it. */
interface Place {
  /** The name of what is defined. Default: the definition's own `name`. */
  readonly owner?: string
  /** The field that holds these fields, such as `limits`. */
  readonly field?: string
}

/** The longest time a timer waits: it counts milliseconds in 31 bits, and more than that ends at once. */
export const LONGEST_TIMER_MS = 2_147_483_647

/**
 * The first thing wrong with the fields of a definition, or undefined: one that does not exist, is missing or is not
 * what it has to be. Types tell most of it, but not to those who write JavaScript.
 */
export function findFieldProblem(
  definition: unknown,
  rules: FieldRules,
  place: Place = {},
): string | undefined {
  const owner = place.owner === undefined ? '' : ` of "${place.owner}"`
  const subject = place.field === undefined ? 'the definition' : `\`${place.field}\`${owner}`
  if (!isRecord(definition)) return `${subject} is ${show(definition)}; write an object.`
  const prefix = place.field === undefined ? '' : `${place.field}.`
  const of = owner || ownerOf(definition, rules)
  for (const field of Object.keys(definition))
    if (!Object.hasOwn(rules, field))
      return `\`${prefix}${field}\`${of} does not exist; ${suggest(field, rules)}`
  for (const [field, rule] of Object.entries(rules)) {
    const wrong = findMisfit(definition[field], rule)
    if (wrong) return `\`${prefix}${field}${wrong.entry}\`${field === 'name' ? '' : of} is ${wrong.reason}.`
  }
  return undefined
}

interface Misfit {
  /** Such as `[2]`, for one of a list. */
  readonly entry: string
  readonly reason: string
}

function findMisfit(value: unknown, rule: FieldRule): Misfit | undefined {
  const misfit = (entry: string, found: unknown, fix = rule.fix): Misfit => ({
    entry,
    reason: `${show(found)}; ${fix}`,
  })
  if (value === undefined) return rule.required && misfit('', value)
  if (!rule.list) return rule.fits(value) ? undefined : misfit('', value)
  if (!Array.isArray(value)) return misfit('', value, 'write a list: [...]')
  const index = value.findIndex((entry) => !rule.fits(entry))
  return index === -1 ? undefined : misfit(`[${index}]`, value[index])
}

function ownerOf({ name }: Readonly<Record<string, unknown>>, rules: FieldRules): string {
  return typeof name === 'string' && rules['name']?.fits(name) ? ` of "${name}"` : ''
}

function suggest(field: string, rules: FieldRules): string {
  const known = Object.keys(rules)
  const meant = nearest(field, known, ({ length }) => Math.max(1, Math.floor(length / 4)))
  return meant ? `did you mean \`${meant}\`?` : `use one of ${known.join(', ')}.`
}

/** A wrong value in few words. */
function show(value: unknown): string {
  if (value === undefined) return 'missing'
  if (typeof value === 'string') return value.trim() === '' ? 'empty' : JSON.stringify(value.slice(0, 80))
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'function') return 'a function'
  return typeof value === 'object' && value !== null ? 'an object' : inspect(value)
}

/** True for an object with fields, which a list and null are not. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** True for text with more than white space. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}

/** A whole number from `lowest` on; up to `highest`, when there is a bound. */
export function wholeNumber(lowest: number, highest?: number): FieldRule {
  const most = highest ?? Number.MAX_SAFE_INTEGER
  const range = highest === undefined ? `of at least ${lowest}` : `from ${lowest} to ${highest}`
  return {
    fits: (value) => Number.isInteger(value) && Number(value) >= lowest && Number(value) <= most,
    fix: `use a whole number ${range}`,
  }
}
