import type { ErrorCode } from '../../../errors.ts'

/** Commands of the menu. */
export const MENU = ['start', 'help', 'ask', 'clear', 'stop'] as const

/** What the bot understands by itself; who gives out a code for `/link` says how it is used. */
export const COMMANDS = [...MENU, 'link'] as const

/** All the channel says by itself, as Markdown; `{title}` and the like are filled in. */
export interface TelegramTexts {
  /** `{title}` and `{description}` are the bot's. */
  readonly start: string
  readonly help: string
  /** What the menu of commands says about each. */
  readonly commands: Readonly<Record<(typeof MENU)[number], string>>
  /** `/ask` without a question. */
  readonly askUsage: string
  readonly cleared: string
  readonly stopped: string
  readonly nothingToStop: string
  /** `/link` with a good code. */
  readonly linked: string
  readonly linkPrivately: string
  /** For stickers, voice and the like. */
  readonly unsupported: string
  /** `{limit}` is in megabytes. */
  readonly fileTooLarge: string
  /** The heading over the sources of an answer. */
  readonly sources: string
  /** Sentences of the error table; a code that is not here has the table's own. */
  readonly errors: Readonly<Partial<Record<ErrorCode, string>>>
}
