import { english } from './texts/english.ts'
import { russian } from './texts/russian.ts'
import type { TelegramTexts } from './texts/telegram-texts.ts'

export const LANGUAGES = ['en', 'ru'] as const
export type Language = (typeof LANGUAGES)[number]

/** Takes the place of single texts. */
export type TextOverrides = Readonly<Partial<Record<Language, Partial<TelegramTexts>>>>

export type TextCatalogue = Readonly<Record<Language, TelegramTexts>>

export function createTexts(overrides: TextOverrides = {}): TextCatalogue {
  return { en: { ...english, ...overrides.en }, ru: { ...russian, ...overrides.ru } }
}

/** The language for a person; `code` is an IETF tag such as `ru-RU`. Default: English. */
export function languageFor(code: string | undefined): Language {
  return LANGUAGES.find((language) => code?.toLowerCase().split('-')[0] === language) ?? 'en'
}

export function fill(text: string, params: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole))
}
