import type { TelegramLanguage, TelegramOptions } from '../../telegram-options.ts'
import { english } from './texts/english.ts'
import { russian } from './texts/russian.ts'
import type { TelegramTexts } from './texts/telegram-texts.ts'

export type TextCatalogue = Readonly<Record<TelegramLanguage, TelegramTexts>>

/** The channel's texts, with those of a bot in their places. */
export function createTexts(own: TelegramOptions['texts'] = {}): TextCatalogue {
  return { en: { ...english, ...own.en }, ru: { ...russian, ...own.ru } }
}
