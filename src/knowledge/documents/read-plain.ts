import type { Block, ReadTask } from './block.ts'
import { cleanText } from './clean-text.ts'
import { decodeText } from './decode-text.ts'

/** Paragraphs of a plain text. */
export function readPlain({ bytes }: ReadTask): readonly Block[] {
  return cleanText(decodeText(bytes))
    .split(/\n\s*\n/)
    .map((text) => ({ path: [], text: text.trim() }))
}
