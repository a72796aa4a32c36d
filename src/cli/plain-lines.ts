import { stripVTControlCharacters } from 'node:util'

/** A text with its lines, without what a terminal would obey: strangers wrote it. */
export function plainLines(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[^\P{Cc}\n]+/gu, ' ')
}
