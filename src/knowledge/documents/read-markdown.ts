import { marked, type Token } from 'marked'
import type { Block, ReadTask } from './block.ts'
import { cleanLine, cleanText } from './clean-text.ts'
import { decodeText } from './decode-text.ts'
import { Headings } from './headings.ts'

/** The blocks of a Markdown document as they are written, below its headings. */
export function readMarkdown({ bytes }: ReadTask): readonly Block[] {
  const headings = new Headings()
  const blocks: Block[] = []
  for (const token of marked.lexer(withoutFrontMatter(cleanText(decodeText(bytes))))) {
    if (token.type === 'heading') headings.enter(Number(token['depth']), toPlain(String(token['text'])))
    else if (isText(token)) blocks.push({ path: headings.path, text: cleanText(token.raw) })
  }
  return headings.withLonely(blocks)
}

function isText({ type, raw }: Token): boolean {
  const isComment = type === 'html' && raw.trim().startsWith('<!--')
  return type !== 'space' && type !== 'hr' && type !== 'def' && !isComment
}

/** A heading without its marks: no code, emphasis or link syntax. */
function toPlain(text: string): string {
  return cleanLine(text.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, ''))
}

function withoutFrontMatter(markdown: string): string {
  return markdown.replace(/^---\n[\s\S]*?\n---\n/, '')
}
