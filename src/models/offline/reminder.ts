/** Minutes in each unit of time a length can be said in. */
export const MINUTES = { second: 1 / 60, minute: 1, hour: 60, day: 1440, week: 10_080 } as const

const COUNT = String.raw`\d+(?:[.,]\d+)?|an?|one|half an|two|three|пол|два|две|три|пару`
const UNITS =
  String.raw`(?<second>seconds?|secs?|секунд\p{L}?)|(?<minute>minutes?|mins?|минут\p{L}?)|` +
  String.raw`(?<hour>hours?|h|час\p{L}{0,2})|(?<day>days?|дн\p{L}{1,2}|день|сутки)|(?<week>weeks?|недел\p{L})`

/** A length of time: "1 hour", "half an hour", "2 дня". */
export const DURATION: RegExp = new RegExp(String.raw`(?<n>${COUNT})\s*(?:${UNITS})(?!\p{L})`, 'iu')

const ASK = String.raw`(?:remind(?:er)?(?:\s+me)?|напомни\p{L}*|с напоминанием|напоминание)(?:\s+(?:мне|me|about it|об этом))?`
const LEAD = String.raw`(?:(?:[,;]?\s*(?:and|with|и|а также)\s+)?(?:(?:an?|set an?|поставь)\s+)?${ASK}\s*:?\s*)`

/** "Remind me 1 hour before", "a day in advance", "напомни за час": never the beginning of another request. */
const REMINDERS: readonly RegExp[] = [
  String.raw`${LEAD}?(?<length>(?:${COUNT})\s*(?:${UNITS}))\s+(?:before(?:hand)?|earlier|in advance|ahead)(?:\s+(?:it is due|the deadline|the due date|it|that))?`,
  String.raw`${LEAD}?за\s+(?<length>(?:(?:${COUNT})\s*)?(?:${UNITS}))(?:\s+до\s+(?:этого|срока|него))?`,
  String.raw`(?:with\s+)?(?:an?\s+)?(?<length>(?:${COUNT})[\s-]*(?:${UNITS}))\s+reminder`,
].map((source) => new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${source})(?![\p{L}\p{N}])`, 'iu'))

export interface FoundReminder {
  readonly start: number
  readonly end: number
  readonly minutes: number
}

/** How long before something is due a person wants to be reminded; `said` is all of what `text` is a part of. */
export function findReminder(text: string, said: string = text): FoundReminder | undefined {
  for (const pattern of REMINDERS) {
    const match = pattern.exec(text)
    const length = match?.groups?.['length']
    if (!match || length === undefined) continue
    // "За 3 дня" alone says how long a deed takes.
    if (/^за\s/iu.test(match[0]) && !/напомин|напомни/iu.test(said) && !/\sдо\s/iu.test(match[0])) continue
    const minutes = readMinutes(length)
    if (minutes !== undefined) return { start: match.index, end: match.index + match[0].length, minutes }
  }
  return undefined
}

/** "Remind me to …" asks to be told when it is time. */
export function asksToBeReminded(text: string): boolean {
  return /(?<!\p{L})(?:remind me|напомни\p{L}*|new reminder|новое напоминание)(?!\p{L})/iu.test(text)
}

/** The minutes of "1 hour", "полчаса", "день". */
export function readMinutes(length: string): number | undefined {
  const match = DURATION.exec(/^\d|\s|^пол/iu.test(length.trim()) ? length : `1 ${length}`)
  if (!match?.groups) return undefined
  const { n = '', ...units } = match.groups
  const unit = (Object.keys(MINUTES) as (keyof typeof MINUTES)[]).find((key) => units[key] !== undefined)
  return unit && Math.round(readNumber(n.toLowerCase()) * MINUTES[unit])
}

function readNumber(said: string): number {
  if (/^\d/.test(said)) return Number(said.replace(',', '.'))
  if (/^(?:half an|пол)$/u.test(said)) return 0.5
  if (/^(?:two|два|две|пару)$/u.test(said)) return 2
  return /^(?:three|три)$/u.test(said) ? 3 : 1
}
