import { posix } from 'node:path'
import { parse, type DefaultTreeAdapterTypes } from 'parse5'
import { AppError } from '../../errors.ts'
import type { Block, ReadTask } from './block.ts'
import { decodeText } from './decode-text.ts'
import { readHtml } from './read-html.ts'
import { unpackZip } from './unpack-zip.ts'

const CONTAINER = 'META-INF/container.xml'

/** The chapters of a book in the order of reading. Source: EPUB 3.3, sections 4 (OCF) and 5 (package documents). */
export async function readEpub({ bytes, limits }: ReadTask): Promise<readonly Block[]> {
  const files = await unpackZip(bytes, { limits, wants: (name) => /\.(?:xml|opf|x?html?)$/i.test(name) })
  const packagePath = elementsOf(files.get(CONTAINER), 'rootfile')[0]?.['full-path']
  const book = packagePath === undefined ? undefined : files.get(packagePath)
  if (packagePath === undefined || !book) throw new AppError('document_damaged')
  const hrefs = new Map(elementsOf(book, 'item').map(({ id = '', href = '' }) => [id, href]))
  const folder = posix.dirname(packagePath)
  return elementsOf(book, 'itemref').flatMap(({ idref = '' }) => {
    const chapter = files.get(posix.join(folder, decodeHref(hrefs.get(idref) ?? '')))
    return chapter ? readHtml({ bytes: chapter }) : []
  })
}

function decodeHref(href: string): string {
  try {
    return decodeURIComponent(href)
  } catch {
    return href
  }
}

type Attributes = Readonly<Record<string, string>>

/** The attributes of all elements of a name, whatever their prefix. An HTML parser, as it reads no external entities. */
function elementsOf(xml: Buffer | undefined, name: string): readonly Attributes[] {
  if (!xml) return []
  const found: Attributes[] = []
  const waiting: DefaultTreeAdapterTypes.ChildNode[] = [...parse(decodeText(xml)).childNodes]
  for (let node = waiting.shift(); node; node = waiting.shift()) {
    if (!('tagName' in node)) continue
    if (node.tagName.split(':').at(-1) === name)
      found.push(Object.fromEntries(node.attrs.map((attribute) => [attribute.name, attribute.value])))
    waiting.unshift(...node.childNodes)
  }
  return found
}
