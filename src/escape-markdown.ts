/** What marks text up wherever it stands; `@`, `://` and `www.` make links of what looks like an address. */
const ANYWHERE = /[\\`*_[\]<>~|&@]|:(?=\/\/)|(?<=www)\./gi

/** What stands before the character that begins a heading, a list or a rule. */
const BEFORE_A_BEGINNING = /^\s?(?=[#+=-])|^\s?\d+(?=[.)](?:\s|$))/

/**
 * Text that stands in Markdown as it is, such as the name of a file somebody chose. Line breaks become spaces. No more is
 * escaped than has to be, because some channels show Markdown as it is written.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(ANYWHERE, String.raw`\$&`)
    .replace(BEFORE_A_BEGINNING, '$&\\')
}
