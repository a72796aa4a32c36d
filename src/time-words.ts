/** A time of day in plain words. `[start, end)` is where it stands. */
export interface TimeWords {
  readonly start: number
  readonly end: number
  /** `HH:MM`. */
  readonly time: string
}

const HOURS = (
  'one|час two|два three|три four|четыре five|пять six|шесть seven|семь eight|восемь nine|девять ten|десять ' +
  'eleven|одиннадцать twelve|двенадцать'
).split(' ')

const LEAD = '(?:at|by|from|until|в|к|до|с)'
const HOUR = String.raw`(?<h>\d{1,2}|${HOURS.join('|')})`
const HALF = '(?<half>am|pm|a\\.m\\.|p\\.m\\.|утра|дня|вечера|ночи)'

/** "9:30", "9pm" and "at noon" say by themselves that they are times. */
const SURE = [
  String.raw`(?:${LEAD}\s+)?(?<h>\d{1,2}):(?<min>\d{2})(?:\s*${HALF})?`,
  String.raw`(?:${LEAD}\s+)?(?<h>\d{1,2})\s*(?<half>am|pm|a\.m\.|p\.m\.)`,
  String.raw`(?:в|к|до|с)\s+${HOUR}\s*(?:${HALF}|часов|часа|час)(?:\s+${HALF.replace('half', 'late')})?`,
  String.raw`(?:at\s+|by\s+)?(?<noon>noon|midday)|(?:в|к)\s+(?<ruNoon>полдень|полудню)`,
  String.raw`(?:at\s+|by\s+)?(?<midnight>midnight)|(?:в|к)\s+(?<ruMidnight>полночь|полуночи)`,
  String.raw`(?:in the\s+|this\s+)(?<morning>morning)|(?<ruMorning>утром)`,
  String.raw`(?:in the\s+|this\s+)(?<evening>evening)|(?<ruEvening>вечером)`,
  String.raw`(?:in the\s+|this\s+)(?<afternoon>afternoon)|(?<ruAfternoon>дн[её]м)`,
]

/** "At 9" is a time beside a day or at the end of what is said, not in "look at 2 houses". */
const BARE = String.raw`(?:at|by|в|к)\s+${HOUR}(?:\s+o['’]clock)?`
/** Only beside a day: "tomorrow morning". */
const PART_OF_DAY = String.raw`(?<morning>morning)|(?<evening>evening|night)|(?<afternoon>afternoon)`

const SURE_PATTERNS = SURE.map((source) => compile(source))
const BESIDE_PATTERNS = [...SURE_PATTERNS, compile(BARE), compile(PART_OF_DAY)]
const ALONE_PATTERNS = [...SURE_PATTERNS, compile(BARE, String.raw`(?=[^\S\n]*(?:$|[\n.,;!?]))`)]

/** What a part of the day counts as when no hour is said. */
const PARTS: readonly (readonly [name: RegExp, time: string])[] = [
  [/noon$/i, '12:00'],
  [/midnight$/i, '00:00'],
  [/morning$/i, '09:00'],
  [/evening$/i, '19:00'],
]
const AFTERNOON = '14:00'

/** The times of day named in `text`, the surest first. `alone`: only those that need no day beside them. */
export function findTimeWords(text: string, { alone }: { readonly alone: boolean }): readonly TimeWords[] {
  return (alone ? ALONE_PATTERNS : BESIDE_PATTERNS).flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const time = readTime(match.groups ?? {})
      return time === undefined ? [] : [{ start: match.index, end: match.index + match[0].length, time }]
    }),
  )
}

function readTime(groups: Readonly<Record<string, string | undefined>>): string | undefined {
  const { h, min = '00', half = groups['late'] ?? '' } = groups
  if (h === undefined) return readPart(groups)
  const said = /^\d/.test(h)
    ? Number(h)
    : HOURS.findIndex((names) => names.split('|').includes(h.toLowerCase())) + 1
  const hour = toHour(said, half.toLowerCase())
  if (hour > 23 || Number(min) > 59) return undefined
  return `${String(hour).padStart(2, '0')}:${min}`
}

function toHour(said: number, half: string): number {
  if (/^(?:p|вечера|дня)/u.test(half)) return said < 12 ? said + 12 : said
  return said === 12 && /^(?:a|ночи)/u.test(half) ? 0 : said
}

function readPart(groups: Readonly<Record<string, string | undefined>>): string | undefined {
  const name = Object.keys(groups).find((group) => groups[group] !== undefined)
  if (name === undefined) return undefined
  if (/afternoon$/i.test(name)) return AFTERNOON
  return PARTS.find(([pattern]) => pattern.test(name))?.[1]
}

function compile(source: string, after = ''): RegExp {
  return new RegExp(String.raw`(?<![\p{L}\p{N}:])(?:${source})(?![\p{L}\p{N}:])${after}`, 'giu')
}
