import type { ErrorCode, Language } from 'botyard'
import { english } from './english.ts'
import { russian } from './russian.ts'

/** What the bot says around reports, as Markdown; `{number}` and the like are filled in. */
export interface CompanyTexts {
  readonly start: string
  readonly help: string
  readonly tooLong: string
  readonly noNumber: string
  /** `{number}` */
  readonly badNumber: string
  /** `{number}` */
  readonly working: string
  /** `{number}` */
  readonly notFound: string
  /** The person asks about a company before naming one. */
  readonly nothingChecked: string
  readonly askNumber: string
  readonly lookupErrors: Readonly<Partial<Record<ErrorCode, string>>>
  readonly affiliatedUnavailable: string
  /** `{provider}`, and in `other` `{code}` */
  readonly modelErrors: Readonly<Partial<Record<ErrorCode, string>>> & {
    readonly timeout: string
    readonly other: string
  }
  readonly noModel: string
  readonly analysisUnavailable: string
  /** `{count}` */
  readonly dropped: string
  readonly document: string
  /** Which language the model is to answer in. */
  readonly answerIn: string
}

export const texts: Readonly<Record<Language, CompanyTexts>> = { ru: russian, en: english }

/** Puts values into the places of a text. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}
