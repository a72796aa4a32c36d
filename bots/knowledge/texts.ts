import type { Language } from 'botyard'
import { english } from './english.ts'
import { russian } from './russian.ts'

/** What the bot says without a model, as Markdown; what is filled in for `{…}` is escaped. */
export interface KnowledgeTexts {
  readonly start: string
  readonly help: string
  readonly summarizeUsage: string
  readonly deleteUsage: string
  /** `{file}` */
  readonly notFound: string
  /** `{file}` */
  readonly notReady: string
  /** What the model is asked, with the `{file}` as it is. */
  readonly summarize: string
  /** Where a part stands in its document: `{number}`, `{count}`. */
  readonly part: string
  /** `{file}` */
  readonly deleted: string
  readonly noFiles: string
  /** `{count}` */
  readonly files: string
  /** `{count}` */
  readonly sharedFiles: string
  /** `{count}` */
  readonly moreFiles: string
  /** `{chunks}` */
  readonly chunks: string
  readonly beingRead: string
  /** `{size}` */
  readonly kilobytes: string
  /** `{size}` */
  readonly megabytes: string
  /** `{documents}`, `{size}`, `{sections}`, `{chunks}`, `{shared}` */
  readonly stats: string
}

export const texts: Readonly<Record<Language, KnowledgeTexts>> = { en: english, ru: russian }

/** Puts values into the places of a text. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}
