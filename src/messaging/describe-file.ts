export interface DescribedFile {
  /** Such as `photo`. */
  readonly kind: string
  readonly name: string
  /** Null when nobody says. */
  readonly mimeType: string | null
  /** In bytes; null when nobody says. */
  readonly size: number | null
}

/** How the bot learns of a file that somebody sent. Line breaks in a name would let it write lines of its own. */
export function describeFile({ kind, name, mimeType, size }: DescribedFile): string {
  const facts = [
    name,
    ...(mimeType === null ? [] : [mimeType]),
    ...(size === null ? [] : [describeSize(size)]),
  ]
  return `[Attached ${kind}: ${facts.join(', ').replaceAll(/\s+/g, ' ')}]`
}

function describeSize(bytes: number): string {
  if (bytes < 1_024) return `${bytes} bytes`
  return bytes < 1_024 ** 2 ? `${Math.round(bytes / 1_024)} kB` : `${(bytes / 1_024 ** 2).toFixed(1)} MB`
}
