import type { ErrorCode } from '../../../errors.ts'
import type { DocumentTexts, HearingTexts } from '../../../messaging/file-texts.ts'
import type { TelegramSentences } from '../../../telegram-options.ts'

/** Commands of the menu. */
export const MENU = ['start', 'help', 'ask', 'clear', 'stop', 'voice'] as const

/** What the bot understands by itself; who gives out a code for `/link` says how it is used. */
export const COMMANDS = [...MENU, 'link'] as const

/** All the channel says by itself. */
export interface TelegramTexts extends TelegramSentences {
  /** What the menu of commands says about each. */
  readonly commands: Readonly<Record<(typeof MENU)[number], string>>
  /** About voice messages, both ways. */
  readonly voice: VoiceTexts
  /** What is said while a document is taken in. */
  readonly documents: DocumentTexts
  /** Sentences of the error table; a code that is not here has the table's own. */
  readonly errors: Readonly<Partial<Record<ErrorCode, string>>>
}

export interface VoiceTexts extends HearingTexts {
  /** Nothing speaks. */
  readonly mute: string
  /** `/voice` without what it means. */
  readonly usage: string
  readonly on: string
  readonly off: string
  readonly auto: string
}
