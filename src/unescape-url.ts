/** What a part of a URL says without its percent escapes; undefined when it has a % that escapes nothing. */
export function unescapeUrl(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}
