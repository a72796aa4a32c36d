import type { ErrorCode } from '../../../errors.ts'

/** What the bot understands by itself. */
export const COMMANDS = ['start', 'help', 'ask', 'clear', 'stop'] as const
export type CommandName = (typeof COMMANDS)[number]

/** All the channel says by itself, as Markdown; `{title}` and the like are filled in. */
export interface TelegramTexts {
  /** `{title}` and `{description}` are the bot's. */
  readonly start: string
  readonly help: string
  /** What the menu of commands says about each. */
  readonly commands: Readonly<Record<CommandName, string>>
  /** `/ask` without a question. */
  readonly askUsage: string
  readonly cleared: string
  readonly stopped: string
  readonly nothingToStop: string
  /** For stickers, voice and the like. */
  readonly unsupported: string
  /** `{limit}` is in megabytes. */
  readonly fileTooLarge: string
  /** The heading over the sources of an answer. */
  readonly sources: string
  /** Sentences of the error table; a code that is not here has the table's own. */
  readonly errors: Readonly<Partial<Record<ErrorCode, string>>>
}
