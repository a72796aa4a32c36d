import { z } from 'zod'

/**
 * Parameter controls in Poe's own form (its `parameter_controls`, api version 2), so that what its documentation shows
 * can be pasted. What Poe drops without a word is refused here. Comparators are those of the reference
 * implementation; the `equals` of Poe's page is not accepted by it.
 */
const Name = z
  .string()
  .regex(/^(?!poe_)[A-Za-z0-9_]+$/, 'use letters, digits and "_", and do not begin with "poe_"')
const Option = z.strictObject({ value: z.string(), name: z.string() })
const Labelled = z.strictObject({
  label: z.string(),
  parameter_name: Name,
  description: z.string().optional(),
})
const Divider = z.strictObject({ control: z.literal('divider') })
const TextField = Labelled.extend({
  control: z.enum(['text_field', 'text_area']),
  default_value: z.string().optional(),
  placeholder: z.string().optional(),
})
const DropDown = Labelled.extend({
  control: z.literal('drop_down'),
  default_value: z.string().optional(),
  options: z.array(Option).min(1),
})
const ToggleSwitch = Labelled.extend({
  control: z.literal('toggle_switch'),
  default_value: z.boolean().optional(),
})
const Slider = Labelled.extend({
  control: z.literal('slider'),
  default_value: z.number().optional(),
  min_value: z.number(),
  max_value: z.number(),
  step: z.number().positive(),
})
const AspectRatio = Labelled.extend({
  control: z.literal('aspect_ratio'),
  default_value: z.string().optional(),
  options: z
    .array(
      z.strictObject({
        width: z.number().positive(),
        height: z.number().positive(),
        value: z.string().optional(),
      }),
    )
    .min(1),
})
const PlainControl = z.discriminatedUnion('control', [
  Divider,
  TextField,
  DropDown,
  ToggleSwitch,
  Slider,
  AspectRatio,
])
const Operand = z.union([
  z.strictObject({ literal: z.union([z.string(), z.number(), z.boolean()]) }),
  z.strictObject({ parameter_name: Name }),
])
const Condition = z.strictObject({
  control: z.literal('condition'),
  condition: z.strictObject({
    comparator: z.enum(['eq', 'ne', 'gt', 'ge', 'lt', 'le']),
    left: Operand,
    right: Operand,
  }),
  controls: z.array(PlainControl).min(1),
})
const Controls = z.array(z.union([PlainControl, Condition])).min(1)
const Section = z
  .strictObject({
    name: z.string().optional(),
    controls: Controls.optional(),
    tabs: z
      .array(z.strictObject({ name: z.string(), controls: Controls }))
      .min(1)
      .optional(),
    collapsed_by_default: z.boolean().optional(),
  })
  .refine(({ controls, tabs }) => (controls === undefined) !== (tabs === undefined), {
    error: 'a section has either controls or tabs',
  })

const ParameterControls = z.strictObject({ api_version: z.literal('2'), sections: z.array(Section).min(1) })

/** Controls that Poe shows beside the message box. */
export type PoeParameterControls = z.input<typeof ParameterControls>
type ValueControl = Exclude<z.input<typeof PlainControl>, { readonly control: 'divider' }>
export type PoeParameterValue = string | number | boolean
export type PoeParameters = Readonly<Record<string, PoeParameterValue>>

/** The first thing wrong with parameter controls, for a sentence; undefined when they can be shown. */
export function findParameterProblem(controls: unknown): string | undefined {
  const parsed = ParameterControls.safeParse(controls)
  if (!parsed.success) return z.prettifyError(parsed.error)
  const all = listControls(parsed.data)
  const wrong = all.find(
    (control) => control.default_value !== undefined && !accepts(control, control.default_value),
  )
  if (wrong) return `the default of ${JSON.stringify(wrong.parameter_name)} is none of the values it can have`
  const torn = all.find((control) => defaultOf(all, control.parameter_name) !== control.default_value)
  return torn && `controls of the parameter ${JSON.stringify(torn.parameter_name)} have different defaults`
}

/**
 * The values a bot may rely on: the defaults, then what came along and fits a declared control. Poe sends only what the
 * person touched, and other bots may send anything.
 */
export function readParameters(controls: PoeParameterControls | undefined, given: unknown): PoeParameters {
  const values: Record<string, PoeParameterValue> = Object.create(null) as Record<string, PoeParameterValue>
  const sent = typeof given === 'object' && given !== null ? (given as Readonly<Record<string, unknown>>) : {}
  for (const control of controls ? listControls(controls) : []) {
    const value = Object.hasOwn(sent, control.parameter_name) ? sent[control.parameter_name] : undefined
    if (accepts(control, value)) values[control.parameter_name] = value
    else if (control.default_value !== undefined) values[control.parameter_name] ??= control.default_value
  }
  return values
}

function listControls({ sections }: PoeParameterControls): readonly ValueControl[] {
  const top = sections.flatMap(({ controls = [], tabs = [] }) => [
    ...controls,
    ...tabs.flatMap((tab) => tab.controls),
  ])
  const plain = top.flatMap((control) => (control.control === 'condition' ? control.controls : control))
  return plain.flatMap((control) => (control.control === 'divider' ? [] : control))
}

function defaultOf(all: readonly ValueControl[], name: string): PoeParameterValue | undefined {
  return all.find(({ parameter_name }) => parameter_name === name)?.default_value
}

/** Characters of a text that a person may type. */
const LONGEST_TEXT = 20_000

function accepts(control: ValueControl, value: unknown): value is PoeParameterValue {
  switch (control.control) {
    case 'text_field':
    case 'text_area':
      return typeof value === 'string' && value.length <= LONGEST_TEXT
    case 'drop_down':
      return control.options.some((option) => option.value === value)
    case 'toggle_switch':
      return typeof value === 'boolean'
    case 'slider':
      return typeof value === 'number' && value >= control.min_value && value <= control.max_value
    case 'aspect_ratio':
      return control.options.some((option) => (option.value ?? `${option.width}:${option.height}`) === value)
  }
}
