import { LANGUAGES, type Language } from './bot-commands.ts'
import { findFieldProblem, isRecord, isText, type FieldRule } from './definition.ts'

export const TELEGRAM_LANGUAGES = LANGUAGES
export type TelegramLanguage = Language

/** What the Telegram channel says by itself, as Markdown; `{title}` and the like are filled in. */
export interface TelegramSentences {
  /** The welcome; `{title}` and `{description}` are the bot's. */
  readonly start: string
  readonly help: string
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
}

/** How a bot presents itself on Telegram; no part of the revision. */
export interface TelegramOptions {
  /** Take the place of the channel's own sentences, one by one. */
  readonly texts?: Readonly<Partial<Record<TelegramLanguage, Partial<TelegramSentences>>>>
}

const text: FieldRule = { fits: isText, fix: 'write text' }
const record: FieldRule = { fits: isRecord, fix: 'write an object' }

const SENTENCES: Readonly<Record<keyof TelegramSentences, FieldRule>> = {
  start: text,
  help: text,
  askUsage: text,
  cleared: text,
  stopped: text,
  nothingToStop: text,
  linked: text,
  linkPrivately: text,
  unsupported: text,
  fileTooLarge: text,
  sources: text,
}

/** The first thing wrong with the `telegram` field of the bot `owner`; undefined when it can be served. */
export function findTelegramProblem(options: TelegramOptions | undefined, owner: string): string | undefined {
  if (options === undefined) return undefined
  const problem = findFieldProblem(options, { texts: record }, { owner, field: 'telegram' })
  if (problem || options.texts === undefined) return problem
  const { texts } = options
  return (
    findFieldProblem(texts, { en: record, ru: record }, { owner, field: 'telegram.texts' }) ??
    TELEGRAM_LANGUAGES.map((language) =>
      findFieldProblem(texts[language] ?? {}, SENTENCES, { owner, field: `telegram.texts.${language}` }),
    ).find((wrong) => wrong !== undefined)
  )
}
