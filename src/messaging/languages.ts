import { LANGUAGES, type Language } from '../bot-commands.ts'

/** The language for a person; `code` is an IETF tag such as `ru-RU`. Default: English. */
export function languageFor(code: string | undefined): Language {
  const [language] = code?.toLowerCase().split('-') ?? []
  return LANGUAGES.find((known) => known === language) ?? 'en'
}

/** Puts values into the `{places}` of a sentence; places without a value stay. */
export function fill(text: string, params: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole))
}
