import type { DocumentType } from '../../documents.ts'
import { AppError } from '../../errors.ts'
import { decodeText, isWideText } from './decode-text.ts'

const BY_EXTENSION: Readonly<Record<string, DocumentType>> = {
  txt: 'txt',
  text: 'txt',
  log: 'txt',
  md: 'md',
  markdown: 'md',
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  csv: 'csv',
  tsv: 'csv',
}

const BY_CONTENT_TYPE: Readonly<Record<string, DocumentType>> = {
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'text/markdown': 'md',
  'text/csv': 'csv',
  'text/tab-separated-values': 'csv',
}

/** PDF readers look for the mark in the first kilobyte. Source: ISO 32000, annex H of version 1.7. */
const PDF_MARK_WITHIN = 1_024
const LOOKED_AT = 4_096

export interface FileHints {
  readonly name: string
  readonly contentType?: string
}

/**
 * What kind of document the bytes are: by their marks first, and only among texts by name and content type. Throws
 * `document_type_unknown`.
 */
export function detectType(bytes: Uint8Array, { name, contentType = '' }: FileHints): DocumentType {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (all.subarray(0, PDF_MARK_WITHIN).includes('%PDF-')) return 'pdf'
  if (all.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1'))) return detectArchive(all)
  if (isBinary(all)) throw new AppError('document_type_unknown')
  if (
    /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]{0,500}?-->\s*)?<(?:!doctype\s+html|html)[\s>]/i.test(beginOf(all))
  )
    return 'html'
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  const [type = ''] = contentType.toLowerCase().split(';')
  return BY_EXTENSION[extension] ?? BY_CONTENT_TYPE[type.trim()] ?? 'txt'
}

/** The names of the files in an archive stand in it unpacked. */
function detectArchive(bytes: Buffer): DocumentType {
  if (bytes.includes('word/document.xml')) return 'docx'
  if (bytes.includes('META-INF/container.xml')) return 'epub'
  throw new AppError('document_type_unknown')
}

/** Texts have no zeros, except in UTF-16. */
function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, LOOKED_AT).includes(0) && !isWideText(bytes)
}

function beginOf(bytes: Buffer): string {
  return decodeText(bytes.subarray(0, LOOKED_AT))
}
