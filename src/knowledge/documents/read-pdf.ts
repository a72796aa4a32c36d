import { getDocumentProxy } from 'unpdf'
import { AppError } from '../../errors.ts'
import type { Block, ReadTask } from './block.ts'
import { PageLayout, type Line } from './page-layout.ts'

type Document = Awaited<ReturnType<typeof getDocumentProxy>>

/** The text of a PDF, with headings known by their larger letters; what is below none stands below its page. */
export async function readPdf({ bytes, limits }: ReadTask): Promise<readonly Block[]> {
  const document = await openPdf(bytes)
  const { numPages } = document
  if (numPages > limits.pages) {
    const problem = `it has ${numPages} pages, ${limits.pages} are allowed`
    throw new AppError('document_too_large', { params: { problem } })
  }
  const layout = new PageLayout()
  let characters = 0
  for (let page = 1; page <= numPages && characters <= limits.characters; page++) {
    const lines = await readPage(document, page)
    characters += lines.reduce((sum, { text }) => sum + text.length, 0)
    layout.addPage(lines)
  }
  return layout.toBlocks()
}

async function openPdf(bytes: Uint8Array): Promise<Document> {
  try {
    return await getDocumentProxy(new Uint8Array(bytes), {
      verbosity: 0,
      stopAtErrors: false,
    })
  } catch (error) {
    const code = (error as Error).name === 'PasswordException' ? 'document_encrypted' : 'document_damaged'
    throw new AppError(code, { cause: error })
  }
}

/** A page that cannot be read is left out: the others may hold the answer. */
async function readPage(document: Document, number: number): Promise<readonly Line[]> {
  try {
    const page = await document.getPage(number)
    const { items } = await page.getTextContent()
    const lines: Line[] = []
    let line: MutableLine = { text: '', height: 0, y: 0 }
    for (const item of items) {
      if (!('str' in item)) continue
      if (item.str.trim() !== '') measure(line, item)
      line.text += item.str
      if (!item.hasEOL) continue
      lines.push(line)
      line = { text: '', height: 0, y: 0 }
    }
    page.cleanup()
    return [...lines, line].filter(({ text }) => text.trim() !== '')
  } catch (error) {
    if (error instanceof RangeError) throw error
    return []
  }
}

type MutableLine = { -readonly [Key in keyof Line]: Line[Key] }

/** `transform` is the matrix of the letters; its last number is how high they stand. */
function measure(
  line: MutableLine,
  { transform, height }: { readonly transform: readonly unknown[]; readonly height: number },
): void {
  line.y = Number(transform[5])
  line.height = Math.max(line.height, height)
}
