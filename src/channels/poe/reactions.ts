/** The words of Poe's specification; others are ignored. */
const REACTIONS: ReadonlySet<string> = new Set(['like', 'dislike', 'heart', 'laughing', 'surprised', 'sad'])

/** Signs that stand for them in clients. */
const SIGNS: Readonly<Record<string, string>> = {
  '👍': 'like',
  '👎': 'dislike',
  '❤': 'heart',
  '😂': 'laughing',
  '😆': 'laughing',
  '😮': 'surprised',
  '😢': 'sad',
}

export interface Reaction {
  readonly value: string
  readonly removed: boolean
}

/** A reaction as Poe or a client of it writes it, with `+` or `-` before it perhaps; undefined when it is none of the known. */
export function parseReaction(reaction: string, action = ''): Reaction | undefined {
  const sign = /^[+-]/.exec(reaction)?.[0] ?? ''
  const word = reaction.slice(sign.length).replaceAll('\ufe0f', '').trim()
  const value = SIGNS[word] ?? word.toLowerCase()
  return REACTIONS.has(value) ? { value, removed: sign === '-' || action === 'removed' } : undefined
}
