/** Scripts, the languages that are written in them, and the one meant when nothing else is known. */
const SCRIPTS: readonly { readonly pattern: RegExp; readonly languages: readonly [string, ...string[]] }[] = [
  {
    pattern: /\p{Script=Cyrillic}/gu,
    languages: ['ru-RU', 'uk', 'be', 'bg', 'sr', 'mk', 'kk', 'ky', 'mn', 'tg', 'tt'],
  },
  { pattern: /\p{Script=Devanagari}/gu, languages: ['hi-IN', 'mr', 'ne', 'sa', 'kok'] },
  { pattern: /\p{Script=Bengali}/gu, languages: ['bn-IN', 'as'] },
  { pattern: /\p{Script=Gujarati}/gu, languages: ['gu-IN'] },
  { pattern: /\p{Script=Gurmukhi}/gu, languages: ['pa-IN'] },
  { pattern: /\p{Script=Tamil}/gu, languages: ['ta-IN'] },
  { pattern: /\p{Script=Telugu}/gu, languages: ['te-IN'] },
  { pattern: /\p{Script=Kannada}/gu, languages: ['kn-IN'] },
  { pattern: /\p{Script=Malayalam}/gu, languages: ['ml-IN'] },
  { pattern: /\p{Script=Oriya}/gu, languages: ['or-IN'] },
  { pattern: /\p{Script=Arabic}/gu, languages: ['ar-XA', 'ur', 'fa', 'ps', 'sd', 'ug'] },
  { pattern: /\p{Script=Hebrew}/gu, languages: ['he-IL', 'yi', 'iw'] },
  { pattern: /\p{Script=Greek}/gu, languages: ['el-GR'] },
  { pattern: /[\p{Script=Hiragana}\p{Script=Katakana}]/gu, languages: ['ja-JP'] },
  { pattern: /\p{Script=Han}/gu, languages: ['cmn-CN', 'zh', 'yue', 'ja'] },
  { pattern: /\p{Script=Hangul}/gu, languages: ['ko-KR'] },
  { pattern: /\p{Script=Thai}/gu, languages: ['th-TH'] },
  { pattern: /\p{Script=Georgian}/gu, languages: ['ka-GE'] },
  { pattern: /\p{Script=Armenian}/gu, languages: ['hy-AM'] },
]

/**
 * The language to speak a sentence in: `preferred`, unless most of its letters are of a script in which that is not
 * written. Latin letters tell nothing about which language they are.
 */
export function spokenLanguage(text: string, preferred: string): string {
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  const counted = SCRIPTS.map((script) => ({ ...script, count: text.match(script.pattern)?.length ?? 0 }))
  const most = counted.reduce((one, other) => (other.count > one.count ? other : one))
  const base = baseOf(preferred)
  if (most.count * 2 > letters)
    return most.languages.some((language) => baseOf(language) === base) ? preferred : most.languages[0]
  const isLatin = (text.match(/\p{Script=Latin}/gu)?.length ?? 0) * 2 > letters
  return isLatin && SCRIPTS.some(({ languages }) => baseOf(languages[0]) === base) ? 'en-US' : preferred
}

/** `pt` of `pt-BR`. */
export function baseOf(language: string): string {
  return language.toLowerCase().split('-')[0] ?? ''
}
