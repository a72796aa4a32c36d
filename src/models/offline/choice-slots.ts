import { compilePhrases, cutSpan, findSpan, type Span } from './phrases.ts'
import type { Slot, SlotContext } from './slot.ts'
import type { OfflineTool, Parameter } from './tool.ts'
import { topicPattern } from './topic-pattern.ts'
import { CHOICES, SORTS } from './vocabulary.ts'
import { nameWords, words } from './words.ts'

/** A value of the choice as it is written, or in other words; the longest phrase wins ("not urgent" over "urgent"). */
export function findChoice(
  text: string,
  { values, name }: Parameter,
  { tool }: SlotContext,
): Slot | undefined {
  let best: (Span & { readonly value: string }) | undefined
  for (const value of values) {
    const written = compilePhrases(words(value).join(' ') || value)
    for (const pattern of [written, CHOICES.get(value.toLowerCase())]) {
      const span = pattern && findSpan(text, pattern)
      if (span && (!best || span.end - span.start > best.end - best.start)) best = { ...span, value }
    }
  }
  return best && { values: [best.value], text: cutChoice(text, best, { name, tool }) }
}

/** "Buy important medicine" keeps its word; "urgent task: …", "…, it can wait" and "high priority" lose theirs. */
function cutChoice(text: string, span: Span, { name, tool }: { name: string; tool: OfflineTool }): string {
  const wide = widenChoice(text, span, topicPattern(nameWords(name)).source)
  const labelled = wide.end > span.end || wide.start < span.start - 1
  const rest = text.slice(wide.end)
  const endsLine = !/[\p{L}\p{N}]/u.test(/^[^\n]*/.exec(rest)?.[0] ?? '')
  const beforeTopic = topicPattern(tool.topics).test(/\p{L}+/u.exec(rest)?.[0] ?? '')
  return labelled || wide.start === 0 || endsLine || beforeTopic ? cutSpan(text, wide) : text
}

/** The value with the words that announce it: "with high priority", "priority: high". */
function widenChoice(text: string, { start, end }: Span, label: string): Span {
  const words = String.raw`(?:\b(?:and|with|as|to|of|is|it['’]s|it|this|that)\s+|(?<!\p{L})(?:с|на|это|как)\s+|${label}|[\s:,—-])`
  const before = new RegExp(`${words}*$`, 'iu').exec(text.slice(Math.max(0, start - 60), start))
  const after = new RegExp(String.raw`^(?:\s*(?:${label}))?`, 'iu').exec(text.slice(end))
  return { start: start - (before?.[0].length ?? 0), end: end + (after?.[0].length ?? 0) }
}

const SORT_LEAD = String.raw`(?:(?:sort|order|arrange)\p{L}*\s+(?:them\s+)?by|by|(?:отсортир|сортир|упоряд)\p{L}*\s+по|по)`

/** "Sorted by due date", "alphabetically", "по сроку": the name of a field alone asks for no order. */
export function findSort(text: string, { values }: Parameter): Slot | undefined {
  for (const value of values) {
    const written = compilePhrases(nameWords(value).join(' ')).source
    const known = SORTS.get(value)?.source
    const fields = known ? `${known}|${written}` : written
    const span = findSpan(text, new RegExp(`(?<!\\p{L})${SORT_LEAD}\\s+(?:the\\s+)?(?:${fields})`, 'iu'))
    if (span) return { values: [value], text: cutSpan(text, span) }
  }
  const alphabetical = findSpan(text, ALPHABETICAL)
  const title = values.find((value) => value === 'title' || value === 'name')
  return alphabetical && title ? { values: [title], text: cutSpan(text, alphabetical) } : undefined
}

const ALPHABETICAL = compilePhrases('alphabetical, alphabetically, in alphabetical order, по алфавиту')
