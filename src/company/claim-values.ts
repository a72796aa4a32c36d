const MONTHS = [
  'январ|january',
  'феврал|february',
  'март|march',
  'апрел|april',
  'ма[йяе]|may',
  'июн|june',
  'июл|july',
  'август|august',
  'сентябр|september',
  'октябр|october',
  'ноябр|november',
  'декабр|december',
]

const MONTH_PATTERNS = MONTHS.map((names) => ({
  russian: new RegExp(`(?:(?<!\\d)(\\d{1,2})\\s+)?(?<!\\p{L})(?:${names})\\p{L}*\\s+(\\d{4})`, 'giu'),
  english: new RegExp(`(?<!\\p{L})(?:${names})\\s+(\\d{1,2}),?\\s+(\\d{4})`, 'giu'),
}))

/** The dates of a text as prefixes of `YYYY-MM-DD`, and the text without them. */
export function datesIn(text: string): { readonly dates: readonly string[]; readonly rest: string } {
  const dates: string[] = []
  const take = (year: string, month: string | number, day?: string): string => {
    dates.push([year, String(month).padStart(2, '0'), ...(day ? [day.padStart(2, '0')] : [])].join('-'))
    return ' '
  }
  let rest = text
    .replaceAll(/(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)/g, (date) => {
      dates.push(date)
      return ' '
    })
    .replaceAll(/(?<!\d)\d{1,2}[./]\d{1,2}[./]\d{4}(?!\d)/g, (date) => {
      const [day = '', month = '', year = ''] = date.split(/[./]/)
      return take(year, month, day)
    })
  for (const [index, { russian, english }] of MONTH_PATTERNS.entries())
    rest = rest
      .replaceAll(english, (_, day: string, year: string) => take(year, index + 1, day))
      .replaceAll(russian, (_, day: string | undefined, year: string) => take(year, index + 1, day))
  return { dates, rest }
}

/** A number somebody claims. */
export interface ClaimedNumber {
  /** As exact as it was said: 1.2 million is also 1,234,567. */
  isIn(numbers: readonly number[]): boolean
}

const SCALES: readonly (readonly [RegExp, number])[] = [
  [/^(?:тыс|thousand)/iu, 1e3],
  [/^(?:млн|миллион|million|m(?!\p{L}))/iu, 1e6],
  [/^(?:млрд|миллиард|billion|bn)/iu, 1e9],
  [/^(?:трлн|триллион|trillion)/iu, 1e12],
]

const WORDS: readonly (readonly [RegExp, number])[] = [
  [/(?<!\p{L})(?:два|две|двух|двое|двумя|two)(?!\p{L})/giu, 2],
  [/(?<!\p{L})(?:три|тр[её]х|трое|three)(?!\p{L})/giu, 3],
  [/(?<!\p{L})(?:четыре|четыр[её]х|four)(?!\p{L})/giu, 4],
  [/(?<!\p{L})(?:пять|пяти|пятеро|five)(?!\p{L})/giu, 5],
  [/(?<!\p{L})(?:шесть|шести|six)(?!\p{L})/giu, 6],
  [/(?<!\p{L})(?:семь|семи|seven)(?!\p{L})/giu, 7],
  [/(?<!\p{L})(?:восемь|восьми|eight)(?!\p{L})/giu, 8],
  [/(?<!\p{L})(?:девять|девяти|nine)(?!\p{L})/giu, 9],
  [/(?<!\p{L})(?:десять|десяти|ten)(?!\p{L})/giu, 10],
  ...(
    [
      ['одиннадцат|eleven', 11],
      ['двенадцат|twelve', 12],
      ['тринадцат|thirteen', 13],
      ['четырнадцат|fourteen', 14],
      ['пятнадцат|fifteen', 15],
      ['шестнадцат|sixteen', 16],
      ['семнадцат|seventeen', 17],
      ['восемнадцат|eighteen', 18],
      ['девятнадцат|nineteen', 19],
      ['двадцат|twenty', 20],
      ['тридцат|thirty', 30],
      ['сорок|forty', 40],
      ['пят(?:ь|и)десят|fifty', 50],
      ['шест(?:ь|и)десят|sixty', 60],
      ['сем(?:ь|и)десят|seventy', 70],
      ['восем(?:ь|и)десят|eighty', 80],
      ['девяност|ninety', 90],
      // Without digits before it no fact is as vague.
      ['десятк|сотн|двест|трист|четырест|вдвое|втрое|dozen|hundred|doubled|tripled|twice', Number.NaN],
      ['(?<!\\d\\s*)(?:тысяч|миллион|миллиард|триллион|thousand|million|billion|trillion)', Number.NaN],
    ] as const
  ).map(([names, value]): readonly [RegExp, number] => [
    new RegExp(`(?<!\\p{L})(?:${names})\\p{L}*`, 'giu'),
    value,
  ]),
]

/** Every number of a text without dates, in digits or in words; vague ones such as `сотни` are in no facts. */
export function numbersIn(text: string): readonly ClaimedNumber[] {
  const digits = [...text.matchAll(/\d[\d\u{a0}\u{202f} ]*(?:[.,]\d+)*/gu)].map((match) => {
    const after = text.slice(match.index + match[0].length).trimStart()
    return toClaim(match[0].trim(), SCALES.find(([pattern]) => pattern.test(after))?.[1] ?? 1)
  })
  const spelled = WORDS.flatMap(([pattern, value]) =>
    [...text.matchAll(pattern)].map(() => toClaim(String(value), 1)),
  )
  return [...digits, ...spelled]
}

function toClaim(text: string, scale: number): ClaimedNumber {
  const compact = text.replaceAll(/[\s\u{a0}\u{202f}]/gu, '')
  const grouped = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(compact)
  const plain = grouped ? compact.replaceAll(',', '') : compact.replace(',', '.')
  const value = Number(plain) * scale
  const decimals = plain.split('.')[1]?.length ?? 0
  const half = scale === 1 ? 0.5 / 10 ** Math.max(decimals, 0) : (0.5 * scale) / 10 ** decimals
  const tolerance = scale === 1 && decimals === 0 ? 0 : half
  const codes = compact.split('.').map(Number)
  return {
    isIn: (numbers) =>
      numbers.some((number) => Math.abs(number - value) <= tolerance * 1.000_001) ||
      // A code such as 62.01.1 is several numbers.
      (compact.includes('.') && codes.length > 2 && codes.every((code) => numbers.includes(code))),
  }
}
