import { z } from 'zod'
import { isObject, lineExcerpt } from '../excerpt.ts'
import type { Settings } from './settings-types.ts'

const named = { label: z.string(), parameter_name: z.string(), description: z.string().nullish() }
const text = { ...named, default_value: z.string().nullish(), placeholder: z.string().nullish() }

const OPERAND = z.union([
  z.strictObject({ literal: z.union([z.string(), z.number(), z.boolean()]) }),
  z.strictObject({ parameter_name: z.string() }),
])

/** All controls but conditions (fastapi_poe, types: strict, so an unknown key is an error). */
const PLAIN_CONTROLS = [
  z.strictObject({ control: z.literal('divider') }),
  z.strictObject({ control: z.literal('text_field'), ...text }),
  z.strictObject({ control: z.literal('text_area'), ...text }),
  z.strictObject({
    control: z.literal('drop_down'),
    ...named,
    default_value: z.string().nullish(),
    options: z.array(z.strictObject({ value: z.string(), name: z.string() })),
  }),
  z.strictObject({ control: z.literal('toggle_switch'), ...named, default_value: z.boolean().nullish() }),
  z.strictObject({
    control: z.literal('slider'),
    ...named,
    default_value: z.number().nullish(),
    min_value: z.number(),
    max_value: z.number(),
    step: z.number(),
  }),
  z.strictObject({
    control: z.literal('aspect_ratio'),
    ...named,
    default_value: z.string().nullish(),
    options: z.array(z.strictObject({ value: z.string().nullish(), width: z.number(), height: z.number() })),
  }),
] as const

const CONDITION = z.strictObject({
  control: z.literal('condition'),
  condition: z.strictObject({
    comparator: z.enum(['eq', 'ne', 'gt', 'ge', 'lt', 'le']),
    left: OPERAND,
    right: OPERAND,
  }),
  controls: z.array(z.discriminatedUnion('control', PLAIN_CONTROLS)),
})

const CONTROLS = z.array(z.discriminatedUnion('control', [...PLAIN_CONTROLS, CONDITION]))

/** What is wrong with the controls, by the rule that it breaks. */
export interface ControlProblems {
  readonly kinds: readonly string[]
  readonly conditions: readonly string[]
  readonly names: readonly string[]
  readonly defaults: readonly string[]
}

/** The version and the sections around the controls. */
export function sectionProblems(declared: Settings): readonly string[] {
  const { api_version: version, sections } = declared
  const wrongVersion =
    version === '2' ? [] : [`api_version is ${lineExcerpt(JSON.stringify(version) ?? 'absent')}`]
  if (!Array.isArray(sections) || sections.length === 0) return [...wrongVersion, 'there is no section']
  return [...wrongVersion, ...sections.flatMap((section: unknown, at) => sectionProblem(section, at))]
}

function sectionProblem(section: unknown, at: number): readonly string[] {
  if (!isObject(section)) return [`section ${at + 1} is no object`]
  const { controls, tabs, name: _name, collapsed_by_default: _collapsed, ...unknown } = section
  const has = [controls, tabs].filter((part) => part !== undefined && part !== null)
  const unknownKeys = Object.keys(unknown).map(
    (key) => `section ${at + 1} has the unknown key ${lineExcerpt(key)}`,
  )
  if (has.length !== 1)
    return [
      ...unknownKeys,
      `section ${at + 1} has ${has.length === 0 ? 'neither controls nor tabs' : 'controls and tabs'}`,
    ]
  const empty = has.some((part) => !Array.isArray(part) || part.length === 0)
  return empty ? [...unknownKeys, `section ${at + 1} is empty`] : unknownKeys
}

/** Everything inside the sections. */
export function controlProblems(declared: Settings): ControlProblems {
  const issues = listsOf(declared).flatMap((controls) => CONTROLS.safeParse(controls).error?.issues ?? [])
  const inCondition = issues.filter(
    ({ path }) => path.some((part) => ['condition', 'comparator'].includes(String(part))) || isNested(path),
  )
  const leaves = listsOf(declared).flatMap((controls) => leavesOf(controls))
  return {
    kinds: issues.filter((issue) => !inCondition.includes(issue)).map(sayIssue),
    conditions: inCondition.map(sayIssue),
    names: nameProblems(leaves),
    defaults: leaves.flatMap(defaultProblem),
  }
}

/** A condition in a condition is found as an unknown kind of control there. */
function isNested(path: readonly PropertyKey[]): boolean {
  return path.length >= 4 && path[1] === 'controls' && path.at(-1) === 'control'
}

function sayIssue({ path, message }: z.core.$ZodIssue): string {
  return `control ${path.map((part) => (typeof part === 'number' ? part + 1 : String(part))).join('.')}: ${message}`
}

function listsOf({ sections }: Settings): readonly unknown[] {
  return asArray(sections)
    .filter(isObject)
    .flatMap(({ controls, tabs }) => [
      ...(controls === undefined || controls === null ? [] : [controls]),
      ...asArray(tabs).map((tab) => (isObject(tab) ? tab['controls'] : undefined)),
    ])
}

function leavesOf(controls: unknown): readonly Settings[] {
  return asArray(controls)
    .filter(isObject)
    .flatMap((control) => (control['control'] === 'condition' ? leavesOf(control['controls']) : [control]))
}

function nameProblems(leaves: readonly Settings[]): readonly string[] {
  const named = leaves.filter(({ parameter_name: name }) => typeof name === 'string')
  const wrong = named
    .map(({ parameter_name: name }) => String(name))
    .filter((name) => !/^\w+$/.test(name) || name.startsWith('poe_'))
  const groups = Map.groupBy(named, ({ parameter_name: name }) => String(name))
  const uneven = [...groups].filter(
    ([, group]) => new Set(group.map(({ default_value: value }) => JSON.stringify(value ?? null))).size > 1,
  )
  return [
    ...wrong.map((name) => `parameter ${lineExcerpt(name)}`),
    ...uneven.map(([name]) => `parameter ${lineExcerpt(name)} has several defaults`),
  ]
}

function defaultProblem(leaf: Settings): readonly string[] {
  const {
    control,
    default_value: value,
    parameter_name: name,
    options,
    min_value: low,
    max_value: high,
  } = leaf
  if (value === undefined || value === null) return []
  const outside = typeof value === 'number' && (value < Number(low) || value > Number(high))
  const choices = asArray(options)
    .filter(isObject)
    .map((option) => option['value'] ?? `${String(option['width'])}:${String(option['height'])}`)
  const wrong =
    control === 'slider'
      ? outside
      : ['drop_down', 'aspect_ratio'].includes(String(control)) && !choices.includes(value)
  return wrong ? [`${String(name)} has the default ${lineExcerpt(JSON.stringify(value))}`] : []
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
