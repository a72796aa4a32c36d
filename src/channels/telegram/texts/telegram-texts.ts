import type { ErrorCode } from '../../../errors.ts'
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

/** The steps of taking a document in, and how it ends. Values that are filled in are escaped for Markdown. */
export interface DocumentTexts {
  readonly downloading: string
  readonly converting: string
  readonly chunking: string
  /** `{chunks}` */
  readonly embedding: string
  readonly storing: string
  /** `{file}`, `{sections}`, `{chunks}` */
  readonly indexed: string
  /** `{file}` */
  readonly alreadyIndexed: string
  /** It takes longer than anybody waits. */
  readonly stillWorking: string
  /** Telegram does not hand the file out. */
  readonly unavailable: string
}

export interface VoiceTexts {
  /** Nothing transcribes. */
  readonly deaf: string
  /** Nothing was heard in it. */
  readonly unclear: string
  /** Nothing speaks. */
  readonly mute: string
  /** `/voice` without what it means. */
  readonly usage: string
  readonly on: string
  readonly off: string
  readonly auto: string
}
