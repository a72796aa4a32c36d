import type { DocumentType } from '../../documents.ts'

/** A document as all kinds of files are read into: pieces of text, in order, each with the headings above it. */
export interface Block {
  /** From the outermost heading to the innermost; empty when there is none. */
  readonly path: readonly string[]
  readonly text: string
}

/** What a document may cost before it is refused. */
export interface ReadLimits {
  readonly pages: number
  /** All files of an archive (DOCX, EPUB) together, unpacked. */
  readonly unpackedBytes: number
  readonly entries: number
  /** Of the text that was read. */
  readonly characters: number
}

export const READ_LIMITS: ReadLimits = {
  pages: 5_000,
  unpackedBytes: 268_435_456,
  entries: 5_000,
  characters: 50_000_000,
}

/** What a document is read from. */
export interface ReadTask {
  readonly type: DocumentType
  readonly bytes: Uint8Array
  readonly limits: ReadLimits
}
