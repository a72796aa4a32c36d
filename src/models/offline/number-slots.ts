import { cutSpan } from './phrases.ts'
import { DURATION, findReminder, MINUTES, readMinutes } from './reminder.ts'
import type { Slot, SlotContext } from './slot.ts'
import type { Parameter } from './tool.ts'
import { nameWords, sameWord, words } from './words.ts'

/** A number beside the parameter's name or, for names such as `offset_minutes`, a length of time; else the only number. */
export function findNumber(text: string, parameter: Parameter): Slot | undefined {
  const names = nameWords(parameter.name)
  const unit = unitOf(parameter.name)
  if (unit) return findDuration(text, MINUTES[unit])
  const numbers = [...text.matchAll(/(?<![\p{L}\p{N}.])-?\d+(?:[.,]\d+)?(?![\p{L}\p{N}])/gu)]
  const beside = numbers.find((match) => {
    const near = words(text.slice(Math.max(0, match.index - 24), match.index)).slice(-2)
    const next = words(text.slice(match.index + match[0].length, match.index + match[0].length + 24)).slice(
      0,
      1,
    )
    return [...near, ...next].some((word) => names.some((name) => sameWord(word, name)))
  })
  const match = beside ?? (parameter.required ? numbers[0] : undefined)
  if (!match) return undefined
  const span = { start: match.index, end: match.index + match[0].length }
  return { values: [Number(match[0].replace(',', '.'))], text: cutSpan(text, span) }
}

/** The unit of time that a name such as `offset_minutes` counts in. */
function unitOf(name: string): keyof typeof MINUTES | undefined {
  const names = nameWords(name)
  return (Object.keys(MINUTES) as (keyof typeof MINUTES)[]).find((key) =>
    names.some((word) => sameWord(word, key)),
  )
}

function findDuration(text: string, minutesOfUnit: number): Slot | undefined {
  const match = DURATION.exec(text)
  const minutes = match ? readMinutes(match[0]) : undefined
  if (!match || minutes === undefined) return undefined
  const span = { start: match.index, end: match.index + match[0].length }
  return { values: [Math.round(minutes / minutesOfUnit)], text: cutSpan(text, span) }
}

/** "Remind me an hour before". */
export function findReminderSlot(text: string, { name }: Parameter, { said }: SlotContext): Slot | undefined {
  const found = findReminder(text, said)
  if (!found) return undefined
  const minutes = found.minutes / MINUTES[unitOf(name) ?? 'minute']
  return { values: [Math.round(minutes)], text: cutSpan(text, found) }
}
