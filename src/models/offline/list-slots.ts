import { compilePhrases, cutSpan } from './phrases.ts'
import type { Slot } from './slot.ts'
import type { Parameter } from './tool.ts'
import { TOPICS } from './vocabulary.ts'
import { nameWords } from './words.ts'

/** "tagged home and shop", "tags: home, shop", "с тегами дом и дача", "#home". */
export function findList(text: string, { name, values: allowed }: Parameter): Slot | undefined {
  const stem = nameWords(name).join(' ').replace(/s$/, '')
  const topic = TOPICS.get(stem) ?? compilePhrases(`${stem}*`)
  const labelled = new RegExp(
    String.raw`(?:,\s*)?(?:with\s+|и\s+|с\s+)?(?:${topic.source})\s*(?:as|with|are|is|:|=)?\s*(?<list>[^\n.;]+?)(?=\s+(?:with|to|from|on|for|due|it|к|ко|с|из|у|для|на)\s|[\n.;!?]|$)`,
    'iu',
  )
  const match = labelled.exec(text)
  const hashed = [...text.matchAll(/(?<!\S)#(\p{L}[\p{L}\p{N}_-]*)/gu)]
  const found = match
    ? (match.groups?.['list'] ?? '').split(/\s*,\s*|\s+(?:and|и)\s+/iu)
    : hashed.map((hash) => hash[1] ?? '')
  const entries = found
    .map((entry) => entry.replaceAll(/^[#\s"«]+|[\s"»]+$/gu, ''))
    .filter((entry) => entry !== '')
  const known = allowed.length > 0 ? entries.filter((entry) => allowed.includes(entry)) : entries
  if (known.length === 0) return undefined
  if (match)
    return {
      values: [known],
      text: cutSpan(text, { start: match.index, end: match.index + match[0].length }),
    }
  return { values: [known], text: text.replaceAll(/(?<!\S)#\p{L}[\p{L}\p{N}_-]*/gu, '') }
}

/** One label: the first of those that are named. */
export function findLabel(text: string, parameter: Parameter): Slot | undefined {
  const found = findList(text, parameter)
  const [labels] = found?.values ?? []
  return found && Array.isArray(labels) ? { values: labels.slice(0, 1), text: found.text } : undefined
}
