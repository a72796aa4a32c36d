import type { ToolSpec } from '../../messages.ts'
import { readRepeatFields, type RepeatFields } from './repeat.ts'
import { nameWords } from './words.ts'
import { type Action, STRONG_ACTIONS, TOPICS, WEAK_ACTIONS } from './vocabulary.ts'

/** A tool as the offline model understands it from its name, description and JSON Schema alone. */
export interface OfflineTool {
  readonly name: string
  readonly description: string
  /** What its name says it does; undefined for names without a verb we know. */
  readonly action: Action | undefined
  /** What its name says it is about: topics of the vocabulary, or plain words. */
  readonly topics: readonly string[]
  readonly parameters: readonly Parameter[]
}

/** How a value for a parameter is looked for in a message. */
export type ParameterKind =
  | 'boolean'
  | 'choice'
  | 'date'
  | 'expression'
  | 'id'
  | 'label'
  | 'list'
  | 'number'
  | 'other'
  | 'pattern'
  | 'place'
  | 'reminder'
  | 'repeat'
  | 'sort'
  | 'text'

export interface Parameter {
  readonly name: string
  readonly kind: ParameterKind
  readonly required: boolean
  /** True when null clears it. */
  readonly optional: boolean
  readonly description: string
  /** The values of a choice, or of the entries of a list. */
  readonly values: readonly string[]
  /** True when the value is a JSON number; ids and numbers only. */
  readonly numeric: boolean
  /** True for dates with a time of day. */
  readonly dateTime: boolean
  /** True for dates the tool reads itself, in the person's words. */
  readonly inWords: boolean
  readonly pattern: RegExp | undefined
  /** Of objects that say how often something comes again. */
  readonly repeat: RepeatFields | undefined
}

/** Callers may bring their own tools; longer descriptions are read up to here. */
const DESCRIPTION_CHARACTERS = 1_000

const IN_WORDS = /\b(?:own|plain) words\b/i

type Schema = Readonly<Record<string, unknown>>

export function readTool(spec: ToolSpec): OfflineTool {
  const names = nameWords(spec.name)
  const actions = names.map((word) => findAction(word))
  return {
    name: spec.name,
    description: spec.description.slice(0, DESCRIPTION_CHARACTERS),
    action: actions.find((action) => action !== undefined),
    topics: names.filter((_, index) => actions[index] === undefined).map((word) => findTopic(word) ?? word),
    parameters: readParameters(spec.inputSchema),
  }
}

/** The parameters of a JSON Schema object, in its order. */
function readParameters(schema: Schema): readonly Parameter[] {
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : [])
  return Object.entries(propertiesOf(schema)).map(([name, property]) =>
    readParameter(name, property, required.has(name)),
  )
}

function propertiesOf(schema: Schema): Readonly<Record<string, Schema>> {
  const entries = Object.entries(asSchema(schema['properties']))
  return Object.fromEntries(entries.map(([name, property]) => [name, asSchema(property)]))
}

function readParameter(name: string, declared: Schema, required: boolean): Parameter {
  const schema = withoutNull(declared)
  const written = [declared['description'], schema['description']].find((text) => typeof text === 'string')
  const description = written?.slice(0, DESCRIPTION_CHARACTERS) ?? ''
  const entries = schema['type'] === 'array' ? asSchema(schema['items']) : schema
  const numeric = schema['type'] === 'number' || schema['type'] === 'integer'
  const pattern = schema['type'] === 'string' ? toSafePattern(schema['pattern']) : undefined
  const repeat = schema['type'] === 'object' ? readRepeatFields(propertiesOf(schema)) : undefined
  const kind = repeat ? 'repeat' : kindOf(name, { schema, description, hasPattern: pattern !== undefined })
  const dateTime = schema['format'] === 'date-time'
  return {
    name,
    kind,
    // A default means the tool has an answer of its own when the message has none.
    required: required && !('default' in declared),
    optional: schema !== declared,
    description,
    values: valuesOf(entries),
    numeric,
    dateTime,
    inWords: kind === 'date' && IN_WORDS.test(description),
    pattern,
    repeat,
  }
}

function kindOf(
  name: string,
  { schema, description, hasPattern }: { schema: Schema; description: string; hasPattern: boolean },
): ParameterKind {
  const { type } = schema
  const names = nameWords(name)
  if (valuesOf(schema).length > 0) return names.includes('sort') ? 'sort' : 'choice'
  if (type === 'boolean') return 'boolean'
  if (type === 'array') return asSchema(schema['items'])['type'] === 'string' ? 'list' : 'other'
  const numeric = type === 'number' || type === 'integer'
  if (!numeric && type !== 'string') return 'other'
  if (names.at(-1) === 'id') return 'id'
  if (numeric) return names.includes('reminder') ? 'reminder' : 'number'
  return textKindOf(name, { format: schema['format'], description, hasPattern })
}

function textKindOf(
  name: string,
  { format, description, hasPattern }: { format: unknown; description: string; hasPattern: boolean },
): ParameterKind {
  const hint = `${nameWords(name).join(' ')} ${description}`.toLowerCase()
  if (format === 'date' || format === 'date-time') return 'date'
  if (/\b(?:iso 8601|yyyy-mm-dd)\b/.test(hint) || /\b(?:date|deadline)$/.test(nameWords(name).join(' ')))
    return 'date'
  if (hasPattern) return 'pattern'
  if (/\b(?:expression|formula)\b/.test(hint)) return 'expression'
  if (/\b(?:city|cities|place|location|town|country|zone|timezone)\b/.test(nameWords(name).join(' ')))
    return 'place'
  return /^(?:tag|label|category)$/.test(name) ? 'label' : 'text'
}

/** `anyOf: [X, null]` and `type: ['string', 'null']` are how optional values are often written. */
function withoutNull(schema: Schema): Schema {
  const options = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(options)) {
    return options.map(asSchema).find((option) => option['type'] !== 'null') ?? schema
  }
  if (!Array.isArray(schema['type'])) return schema
  return { ...schema, type: schema['type'].find((type) => type !== 'null') }
}

function valuesOf(schema: Schema): readonly string[] {
  const values = Array.isArray(schema['enum']) ? schema['enum'] : 'const' in schema ? [schema['const']] : []
  return values.filter((value): value is string => typeof value === 'string')
}

/**
 * Callers may bring their own tools, so a pattern is foreign: only those that cannot backtrack for long are used,
 * which is to say few open quantifiers and none around a group.
 */
function toSafePattern(pattern: unknown): RegExp | undefined {
  if (typeof pattern !== 'string' || pattern.length > 100) return undefined
  const open = pattern.match(/[*+?]|\{\d+,\d*\}/g)?.length ?? 0
  if (open > 3 || /\)[*+{]|\\[1-9k]|\(\?[=!<]/.test(pattern)) return undefined
  try {
    return new RegExp(`^(?:${pattern})$`, 'u')
  } catch {
    return undefined
  }
}

function findAction(word: string): Action | undefined {
  for (const table of [STRONG_ACTIONS, WEAK_ACTIONS])
    for (const [action, pattern] of table) if (isWhole(pattern, word)) return action
  return undefined
}

function findTopic(word: string): string | undefined {
  for (const [topic, pattern] of TOPICS) if (isWhole(pattern, word)) return topic
  return undefined
}

function isWhole(pattern: RegExp, word: string): boolean {
  return pattern.exec(word)?.[0].length === word.length
}

function asSchema(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? (value as Schema) : {}
}
