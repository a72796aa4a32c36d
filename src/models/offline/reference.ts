import type { OfflineTool, Parameter } from './tool.ts'
import { contentWords, hasWord, nameWords, words } from './words.ts'

/** An entry of a list result that can be meant by words. */
export interface ListItem {
  readonly id: string | number
  readonly label: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** The tool that lists what `parameter` is an id of; undefined when no tool can be called without arguments for it. */
export function findLister(tools: readonly OfflineTool[], user: OfflineTool): OfflineTool | undefined {
  const listers = tools.filter(
    ({ action, parameters }) =>
      (action === 'list' || action === 'search' || action === 'get') &&
      parameters.every(({ required }) => !required),
  )
  return listers.find(({ topics }) => topics.some((topic) => hasWord(user.topics, topic)))
}

/** The entries with an id in a tool's result, wherever its list stands. */
export function readItems(output: unknown, parameter: Parameter): readonly ListItem[] {
  return findList(output).flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null) return []
    const fields = entry as Readonly<Record<string, unknown>>
    const id = fields['id'] ?? fields[parameter.name] ?? fields[nameWords(parameter.name).join('')]
    if (typeof id !== 'string' && typeof id !== 'number') return []
    return [{ id, label: labelOf(fields) ?? String(id), fields }]
  })
}

/** A list result: the array itself, or the first array among an object's values. */
export function findList(output: unknown): readonly unknown[] {
  if (Array.isArray(output)) return output
  if (typeof output !== 'object' || output === null) return []
  return Object.values(output).find((value) => Array.isArray(value)) ?? []
}

/** What a person calls an entry. */
export function labelOf(fields: Readonly<Record<string, unknown>>): string | undefined {
  for (const name of ['title', 'name', 'label', 'subject', 'summary', 'text', 'description', 'question'])
    if (typeof fields[name] === 'string' && fields[name] !== '') return fields[name]
  return undefined
}

const ORDINALS: readonly (readonly [RegExp, number])[] = [
  [/^(?:first|1st|перв\p{L}+)$/iu, 0],
  [/^(?:second|2nd|втор\p{L}+)$/iu, 1],
  [/^(?:third|3rd|трет\p{L}+)$/iu, 2],
  [/^(?:fourth|4th|четв[её]рт\p{L}+)$/iu, 3],
  [/^(?:fifth|5th|пят(?:ый|ая|ую|ое|ой))$/iu, 4],
  [/^(?:last|последн\p{L}+)$/iu, -1],
]

/** At least this share of the words has to fit: acting on the wrong thing is worse than asking. */
const ENOUGH = 0.6

/** The items that `reference` may mean: by place ("the second"), by id, or by the words of their labels. */
export function matchItems(items: readonly ListItem[], reference: string): readonly ListItem[] {
  const wanted = contentWords(reference)
  const ordinal = ORDINALS.find(([pattern]) => words(reference).some((word) => pattern.test(word)))
  if (ordinal && wanted.length <= 1) return items.slice(ordinal[1]).slice(0, 1)
  const byId = items.filter(({ id }) => wanted.length === 1 && wanted[0] === String(id).toLowerCase())
  if (byId.length > 0) return byId
  const scored = items.map((item) => ({ item, score: shareOf(wanted, contentWords(item.label)) }))
  const best = Math.max(0, ...scored.map(({ score }) => score))
  if (best < ENOUGH) return []
  const candidates = scored.filter(({ score }) => score === best).map(({ item }) => item)
  const exact = candidates.filter(({ label }) => words(label).length === wanted.length)
  return exact.length === 1 ? exact : candidates
}

function shareOf(wanted: readonly string[], label: readonly string[]): number {
  if (wanted.length === 0) return 0
  return wanted.filter((word) => hasWord(label, word)).length / wanted.length
}
