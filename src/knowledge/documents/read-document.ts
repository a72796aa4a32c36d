import { AppError } from '../../errors.ts'
import type { Block, ReadTask } from './block.ts'

type Reader = (task: ReadTask) => readonly Block[] | Promise<readonly Block[]>

/** Loaded when they are needed: a PDF reader is no small thing. */
const READERS: Readonly<Record<ReadTask['type'], () => Promise<Reader>>> = {
  txt: async () => (await import('./read-plain.ts')).readPlain,
  md: async () => (await import('./read-markdown.ts')).readMarkdown,
  html: async () => (await import('./read-html.ts')).readHtml,
  csv: async () => (await import('./read-csv.ts')).readCsv,
  docx: async () => (await import('./read-docx.ts')).readDocx,
  epub: async () => (await import('./read-epub.ts')).readEpub,
  pdf: async () => (await import('./read-pdf.ts')).readPdf,
}

/**
 * Reads a document into blocks of text. For whoever can bear that it takes all memory or never ends, such as a thread of
 * its own. Throws `document_empty`, `document_damaged`, `document_encrypted` or `document_too_large`.
 */
export async function readDocument(task: ReadTask): Promise<readonly Block[]> {
  const read = await READERS[task.type]()
  const blocks = (await read(task)).filter(({ text }) => text.trim() !== '')
  if (!blocks.some(({ text }) => /[\p{L}\p{N}]/u.test(text))) throw new AppError('document_empty')
  const characters = blocks.reduce((sum, { text }) => sum + text.length, 0)
  if (characters <= task.limits.characters) return blocks
  const problem = `it has ${characters} characters, ${task.limits.characters} are allowed`
  throw new AppError('document_too_large', { params: { problem } })
}
