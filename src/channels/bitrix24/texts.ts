import type { TelegramOptions } from '../../telegram-options.ts'
import type { BitrixTextCatalogue } from './texts/bitrix-texts.ts'
import { english } from './texts/english.ts'
import { russian } from './texts/russian.ts'

/** The channel's texts, with those of a bot in their places: what it says on Telegram it says here. */
export function createTexts(own: TelegramOptions['texts'] = {}): BitrixTextCatalogue {
  return { en: { ...english, ...own.en }, ru: { ...russian, ...own.ru } }
}
