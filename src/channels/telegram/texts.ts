import { TELEGRAM_LANGUAGES, type TelegramLanguage, type TelegramOptions } from '../../telegram-options.ts'
import { english } from './texts/english.ts'
import { russian } from './texts/russian.ts'
import type { TelegramTexts } from './texts/telegram-texts.ts'

export type TextCatalogue = Readonly<Record<TelegramLanguage, TelegramTexts>>

/** The channel's texts, with those of a bot in their places. */
export function createTexts(own: TelegramOptions['texts'] = {}): TextCatalogue {
  return { en: { ...english, ...own.en }, ru: { ...russian, ...own.ru } }
}

/** The language for a person; `code` is an IETF tag such as `ru-RU`. Default: English. */
export function languageFor(code: string | undefined): TelegramLanguage {
  const [language] = code?.toLowerCase().split('-') ?? []
  return TELEGRAM_LANGUAGES.find((known) => known === language) ?? 'en'
}

export function fill(text: string, params: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole))
}
