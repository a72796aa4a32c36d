import { marked, type Token } from 'marked'
import type { Passage } from '../messages.ts'

export interface MarkdownPassagesOptions {
  /** The document's name as readers see it. */
  readonly source: string
  /** The document's address; passages get it with the anchor of their heading. Default: none. */
  readonly url?: string
  /** Longer sections are parted between their blocks. Default 2,000; a block of code is never parted. */
  readonly maxCharacters?: number
}

interface Section {
  /** Headings from the outermost to the section's own. */
  readonly path: readonly string[]
  readonly anchor: string
  readonly blocks: readonly string[]
}

/**
 * Splits a Markdown document at its headings into passages. `heading` is the path to the section, such as
 * `Install > Docker`; headings without text of their own only appear in the paths of those below them.
 *
 * @example
 * const manual = passages(markdownPassages(text, { source: 'Manual', url: 'https://example.com/manual' }))
 */
export function markdownPassages(
  markdown: string,
  { source, url, maxCharacters = 2_000 }: MarkdownPassagesOptions,
): readonly Passage[] {
  return readSections(withoutFrontMatter(markdown)).flatMap(({ path, anchor, blocks }) =>
    joinBlocks(blocks, maxCharacters).map((text) => ({
      text,
      source,
      ...(path.length > 0 && { heading: path.join(' > ') }),
      ...(url !== undefined && { url: anchor === '' ? url : `${url}#${anchor}` }),
    })),
  )
}

function readSections(markdown: string): readonly Section[] {
  const sections: Section[] = []
  const anchors = new Map<string, number>()
  let headings: readonly { readonly depth: number; readonly text: string }[] = []
  let current: { path: readonly string[]; anchor: string; blocks: string[] } = {
    path: [],
    anchor: '',
    blocks: [],
  }
  for (const token of marked.lexer(markdown)) {
    if (token.type !== 'heading') {
      if (isText(token)) current.blocks.push(token.raw.trim())
      continue
    }
    sections.push(current)
    const text = toPlain(String(token['text']))
    const depth = Number(token['depth'])
    headings = [...headings.filter((heading) => heading.depth < depth), { depth, text }]
    current = { path: headings.map((heading) => heading.text), anchor: toAnchor(text, anchors), blocks: [] }
  }
  return [...sections, current].filter(({ blocks }) => blocks.length > 0)
}

function isText({ type, raw }: Token): boolean {
  const isComment = type === 'html' && raw.trim().startsWith('<!--')
  return type !== 'space' && type !== 'hr' && type !== 'def' && !isComment && raw.trim() !== ''
}

/** As many whole blocks as fit into each piece; what is too long on its own is cut at a line or sentence end. */
function joinBlocks(blocks: readonly string[], maxCharacters: number): readonly string[] {
  const pieces: string[] = []
  for (const block of blocks.flatMap((block) => cutBlock(block, maxCharacters))) {
    const last = pieces.at(-1)
    const joined = `${last}\n\n${block}`
    if (last !== undefined && joined.length <= maxCharacters) pieces[pieces.length - 1] = joined
    else pieces.push(block)
  }
  return pieces
}

function cutBlock(block: string, maxCharacters: number): readonly string[] {
  if (block.length <= maxCharacters || block.startsWith('```')) return [block]
  const head = block.slice(0, maxCharacters)
  const ends = [head.lastIndexOf('\n'), head.lastIndexOf('. ') + 1, head.lastIndexOf(' ')]
  const end = ends.find((index) => index > maxCharacters / 2) ?? maxCharacters
  return [block.slice(0, end).trim(), ...cutBlock(block.slice(end).trim(), maxCharacters)]
}

/** A heading without its marks: no code, emphasis or link syntax. */
function toPlain(text: string): string {
  return text
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*]/g, '')
    .trim()
}

/** The anchor GitHub gives a heading; repeated headings are numbered. */
function toAnchor(text: string, seen: Map<string, number>): string {
  const slug = text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')
  const count = seen.get(slug) ?? 0
  seen.set(slug, count + 1)
  return count === 0 ? slug : `${slug}-${count}`
}

function withoutFrontMatter(markdown: string): string {
  return markdown.replace(/^---\r?\n[\s\S]*?\r?\n---\r?\n/, '')
}
