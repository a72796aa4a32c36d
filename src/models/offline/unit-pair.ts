import type { OfflineTool, Parameter } from './tool.ts'
import { nameWords } from './words.ts'

const NUMBER = String.raw`(?<n>-?\d+(?:[.,]\d+)?)`
const UNIT = String.raw`[\p{L}°²³]+(?:\/[\p{L}]+)?`
/** "5 km to miles", "100 °F in celsius", "5 км в мили". */
const FORWARD = new RegExp(
  String.raw`${NUMBER}\s*(?<from>${UNIT})\s+(?:to|in|into|as|в|во)\s+(?<to>${UNIT})`,
  'iu',
)
/** "how many miles are in 5 km", "сколько миль в 5 км" (the question words are gone by now). */
const BACKWARD = new RegExp(
  String.raw`(?<to>${UNIT})\s+(?:(?:is|are|there|будет)\s+)*(?:in|is|are|make|в|во)\s+(?:${NUMBER}|an?|one|одном|одной)\s*(?<from>${UNIT})`,
  'iu',
)

/** An amount with its unit and the unit wanted, for tools that take a number, a `from` and a `to`. */
export function findUnitPair(
  tool: OfflineTool,
  text: string,
): { readonly values: ReadonlyMap<string, readonly unknown[]>; readonly text: string } | undefined {
  const amount = tool.parameters.find(({ kind }) => kind === 'number')
  const from = findNamed(tool, ['from', 'source'])
  const to = findNamed(tool, ['to', 'target'])
  if (!amount || !from || !to) return undefined
  const match = FORWARD.exec(text) ?? BACKWARD.exec(text)
  if (!match?.groups) return undefined
  const number = Number((match.groups['n'] ?? '1').replace(',', '.'))
  const values = new Map<string, readonly unknown[]>([
    [amount.name, [number]],
    [from.name, [match.groups['from']]],
    [to.name, [match.groups['to']]],
  ])
  return { values, text: `${text.slice(0, match.index)}\n${text.slice(match.index + match[0].length)}` }
}

function findNamed({ parameters }: OfflineTool, names: readonly string[]): Parameter | undefined {
  return parameters.find(
    ({ name, kind }) => kind === 'text' && nameWords(name).some((word) => names.includes(word)),
  )
}
