/**
 * Text as it is kept: no characters that steer a terminal, a database or the direction of writing, one kind of line
 * end, no more than one empty line. Soft hyphens go, so that words are found whole.
 */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?|[\u2028\u2029\u0085\f\v]/g, '\n')
    .replaceAll(/(?![\t\n])[\p{Cc}\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu, '')
    .replaceAll(/[^\S\n]+\n/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
}

/** Text on one line. */
export function cleanLine(text: string): string {
  return cleanText(text).replaceAll(/\s+/g, ' ')
}

const LONGEST_NAME = 200

/**
 * The name of a document for showing: without folders, unless they belong to it, without characters that steer a
 * terminal, and beyond 200 characters shortened before its extension. It is never opened as a path.
 */
export function cleanName(
  name: string,
  { keepFolders = false }: { readonly keepFolders?: boolean } = {},
): string {
  const parts = cleanLine(name)
    .split(/[/\\]/)
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== '.' && part !== '..')
  return shorten(parts.slice(keepFolders ? 0 : -1).join('/')) || 'document'
}

function shorten(name: string): string {
  if (name.length <= LONGEST_NAME) return name
  const extension = /\.[a-z0-9]{1,8}$/i.exec(name)?.[0] ?? ''
  return `${name
    .slice(0, LONGEST_NAME - 1 - extension.length)
    .toWellFormed()
    .replace(/\uFFFD$/, '')}…${extension}`
}
