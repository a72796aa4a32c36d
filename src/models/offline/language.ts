/** The languages the offline model speaks. */
export type Language = 'en' | 'ru'

/**
 * The language of the newest text that has letters, judged by its script; English when none has. A Russian
 * sentence stays Russian when it quotes foreign words, so a third of Cyrillic letters is enough.
 */
export function detectLanguage(newestFirst: readonly string[]): Language {
  for (const text of newestFirst) {
    const cyrillic = text.match(/\p{Script=Cyrillic}/gu)?.length ?? 0
    const letters = text.match(/\p{L}/gu)?.length ?? 0
    if (letters > 0) return cyrillic * 3 >= letters ? 'ru' : 'en'
  }
  return 'en'
}
