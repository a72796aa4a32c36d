import type { Language } from '../../../bot-commands.ts'
import type { AnswerTexts } from '../../../messaging/compose-answer.ts'
import type { DocumentTexts, HearingTexts } from '../../../messaging/file-texts.ts'
import type { TelegramSentences } from '../../../telegram-options.ts'

/** What the bot understands by itself; who gives out a code for `/link` says how it is used. */
export const COMMANDS = ['start', 'help', 'ask', 'clear', 'stop', 'link'] as const

/** What the channel says by itself, as Markdown. A bot's own sentences take their places, those for Telegram too. */
export interface BitrixTexts extends AnswerTexts, TelegramSentences {
  readonly voice: HearingTexts
  readonly documents: DocumentTexts
}

export type BitrixTextCatalogue = Readonly<Record<Language, BitrixTexts>>
