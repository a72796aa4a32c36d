import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipFile {
  readonly name: string
  readonly content: string | Buffer
  /** What the archive says the file has unpacked, in bytes. Default: the truth. */
  readonly claims?: number
  readonly encrypted?: boolean
}

/** A ZIP archive as other programs write them, packed. */
export function buildZip(files: readonly ZipFile[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content, claims, encrypted } of files) {
    const raw = Buffer.from(content)
    const packed = deflateRawSync(raw)
    const head = Buffer.alloc(26)
    head.writeUInt16LE(20, 0)
    head.writeUInt16LE(encrypted ? 1 : 0, 2)
    head.writeUInt16LE(8, 4)
    head.writeUInt32LE(crc32(raw), 10)
    head.writeUInt32LE(packed.length, 14)
    head.writeUInt32LE(claims ?? raw.length, 18)
    head.writeUInt16LE(Buffer.byteLength(name), 22)
    const place = Buffer.alloc(14)
    place.writeUInt32LE(offset, 10)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), head, Buffer.from(name), packed])
    directory.push(Buffer.from('PK\x01\x02\x14\0'), head, place, Buffer.from(name))
    parts.push(local)
    offset += local.length
  }
  const listing = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(listing.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, listing, end])
}

const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument'
const WORD = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'

/** A Word document; `# ` begins a heading. */
export function buildDocx(paragraphs: readonly string[], more: readonly ZipFile[] = []): Buffer {
  const body = paragraphs
    .map((text) => {
      const heading = text.startsWith('# ') ? '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>' : ''
      return `<w:p>${heading}<w:r><w:t>${text.replace(/^# /, '')}</w:t></w:r></w:p>`
    })
    .join('')
  return buildZip([
    {
      name: '[Content_Types].xml',
      content: `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    },
    {
      name: '_rels/.rels',
      content: `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="r1" Type="${OFFICE}" Target="word/document.xml"/></Relationships>`,
    },
    {
      name: 'word/document.xml',
      content: `<w:document xmlns:w="${WORD}"><w:body>${body}</w:body></w:document>`,
    },
    {
      name: 'word/styles.xml',
      content: `<w:styles xmlns:w="${WORD}"><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style></w:styles>`,
    },
    {
      name: 'word/_rels/document.xml.rels',
      content: `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`,
    },
    ...more,
  ])
}

/** A book whose chapters are given in the order of reading and stored in another. */
export function buildEpub(chapters: readonly string[]): Buffer {
  const ids = chapters.map((_, index) => index)
  const files = chapters.map((html, index) => ({
    name: `OEBPS/text/chapter ${index}.xhtml`,
    content: `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>Book</title></head><body>${html}</body></html>`,
  }))
  const items = ids.map((id) => `<opf:item id="c${id}" href="text/chapter%20${id}.xhtml" media-type="x"/>`)
  const spine = ids.map((id) => `<opf:itemref idref="c${id}"/>`)
  return buildZip([
    { name: 'mimetype', content: 'application/epub+zip' },
    {
      name: 'META-INF/container.xml',
      content:
        '<container><rootfiles><rootfile full-path="OEBPS/book.opf" media-type="x"/></rootfiles></container>',
    },
    ...files.toReversed(),
    {
      name: 'OEBPS/book.opf',
      content: `<opf:package xmlns:opf="http://www.idpf.org/2007/opf"><opf:manifest>${items.toReversed().join('')}</opf:manifest><opf:spine>${spine.join('')}</opf:spine></opf:package>`,
    },
  ])
}

export interface PdfOptions {
  readonly encrypted?: boolean
  /** Takes the place of the first page's content, packed. */
  readonly packedContent?: Buffer
}

/** A PDF with a line for each string of a page; `# ` begins one in large letters. */
export function buildPdf(pages: readonly (readonly string[])[], options: PdfOptions = {}): Buffer {
  const objects: (string | Buffer)[] = []
  const kids = pages.map((_, index) => `${4 + index * 2} 0 R`).join(' ')
  objects.push('<< /Type /Catalog /Pages 2 0 R >>')
  objects.push(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`)
  objects.push('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>')
  for (const [index, lines] of pages.entries()) {
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + index * 2} 0 R >>`,
    )
    const packed = index === 0 ? options.packedContent : undefined
    const content = packed ?? Buffer.from(lines.map((line, at) => writeLine(line, 800 - at * 14)).join('\n'))
    const filter = packed ? ' /Filter /FlateDecode' : ''
    objects.push(
      Buffer.concat([
        Buffer.from(`<< /Length ${content.length}${filter} >>\nstream\n`),
        content,
        Buffer.from('\nendstream'),
      ]),
    )
  }
  return joinObjects(objects, options)
}

function writeLine(line: string, y: number): string {
  const size = line.startsWith('# ') ? 20 : 11
  const text = line.replace(/^# /, '').replaceAll(/[()\\]/g, '\\$&')
  return `BT /F1 ${size} Tf 50 ${y} Td (${text}) Tj ET`
}

function joinObjects(objects: readonly (string | Buffer)[], { encrypted }: PdfOptions): Buffer {
  const parts = [Buffer.from('%PDF-1.4\n')]
  const offsets: number[] = []
  let offset = parts[0]?.length ?? 0
  for (const [index, object] of objects.entries()) {
    const part = Buffer.concat([
      Buffer.from(`${index + 1} 0 obj\n`),
      Buffer.from(object),
      Buffer.from('\nendobj\n'),
    ])
    offsets.push(offset)
    offset += part.length
    parts.push(part)
  }
  const table = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')
  const hex = 'ab'.repeat(32)
  const lock = encrypted
    ? ` /ID [<${'01'.repeat(16)}> <${'01'.repeat(16)}>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${hex}> /U <${hex}> >>`
    : ''
  const end = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer << /Size ${objects.length + 1} /Root 1 0 R${lock} >>\nstartxref\n${offset}\n%%EOF`
  return Buffer.concat([...parts, Buffer.from(end)])
}
