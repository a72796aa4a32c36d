import mammoth from 'mammoth'
import { AppError } from '../../errors.ts'
import type { Block, ReadTask } from './block.ts'
import { packZip } from './pack-zip.ts'
import { readMarkup } from './read-html.ts'
import { unpackZip } from './unpack-zip.ts'

/** The text of a Word document below its headings; images are left out. */
export async function readDocx({ bytes, limits }: ReadTask): Promise<readonly Block[]> {
  const files = await unpackZip(bytes, { limits, wants: (name) => /\.(?:xml|rels)$/i.test(name) })
  if (!files.has('word/document.xml')) throw new AppError('document_damaged')
  return readMarkup(await toHtml(packZip(files)))
}

async function toHtml(buffer: Buffer): Promise<string> {
  try {
    const { value } = await mammoth.convertToHtml(
      { buffer },
      { externalFileAccess: false, convertImage: mammoth.images.imgElement(async () => ({ src: '' })) },
    )
    return value
  } catch (error) {
    throw new AppError('document_damaged', { cause: error })
  }
}
