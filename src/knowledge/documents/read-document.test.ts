import { once } from 'node:events'
import { createDeflate } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { buildDocx, buildEpub, buildPdf, buildZip } from '../../../test/build-documents.ts'
import { cutDocument, type CutChunk } from './cut-document.ts'
import { READ_LIMITS } from './block.ts'
import { detectType } from './detect-type.ts'
import { readDocument } from './read-document.ts'
import { readInThread } from './read-in-thread.ts'

interface Given {
  readonly name?: string
  readonly timeoutMs?: number
  readonly contentType?: string
}

/** Reads a file as the server does: its type found, in a thread, cut into pieces. */
async function read(content: string | Buffer, given: Given = {}): Promise<readonly CutChunk[]> {
  const { name = 'file', timeoutMs = 50_000, contentType } = given
  const bytes = new Uint8Array(Buffer.from(content))
  const type = detectType(bytes, { name, ...(contentType !== undefined && { contentType }) })
  const signal = new AbortController().signal
  const passages = await readInThread({ type, bytes, limits: READ_LIMITS }, { timeoutMs, signal })
  return passages.flatMap(({ chunks }) => chunks)
}

function encode(text: string, encoding: 'windows-1251' | 'koi8-r' | 'utf16le' | 'utf16be'): Buffer {
  if (encoding === 'utf16le') return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
  if (encoding === 'utf16be')
    return Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, 'utf16le').swap16()])
  const table = new Map<string, number>()
  for (let byte = 0; byte < 256; byte++)
    table.set(new TextDecoder(encoding).decode(Buffer.from([byte])), byte)
  return Buffer.from(Array.from(text, (letter) => table.get(letter) ?? 0x3f))
}

const RUSSIAN = 'Мы доставляем заказы по всей стране за три дня. Оплатить можно картой.'

describe('a text is read in its encoding', () => {
  test.each(['windows-1251', 'koi8-r', 'utf16le', 'utf16be'] as const)('%s', async (encoding) => {
    expect(await read(encode(RUSSIAN, encoding), { name: 'a.txt' })).toEqual([{ heading: '', text: RUSSIAN }])
  })

  test('Western letters are not taken for Russian ones', async () => {
    const german = 'Für größere Mengen gewähren wir übliche Nachlässe; Rückgabe möglich.'
    expect(await read(Buffer.from(german, 'latin1'), { name: 'a.txt' })).toEqual([
      { heading: '', text: german },
    ])
  })

  test('UTF-8 that was cut within a letter', async () => {
    const cut = Buffer.from(RUSSIAN.repeat(20)).subarray(0, 1_201)
    expect((await read(cut))[0]?.text).toMatch(/^Мы доставляем/)
  })
})

test('Markdown has the path of headings', async () => {
  const pieces = await read('---\na: 1\n---\n# Manual\n## Install\nRun `npm ci`.\n```\n# no heading\n```\n', {
    name: 'a.md',
  })
  expect(pieces).toEqual([{ heading: 'Manual > Install', text: 'Run `npm ci`.\n\n```\n# no heading\n```' }])
})

test('a web page is read as people see it', async () => {
  const page = `<!doctype html><meta charset="windows-1251"><title>Магазин</title><body>
    <script>alert("x")</script><style>p{}</style><p hidden>hidden</p><div style="display:none">gone</div>
    <h1>Доставка</h1><p>За   <b>три</b> дня.<br>По стране.</p><ul><li>Картой</li><li>Наличными</li></ul>
    <table><tr><th>Вес</th><th>Цена</th></tr><tr><td>1 кг</td><td>300 ₽</td></tr></table><noscript>no</noscript>`
  expect(await read(encode(page.replace('₽', 'р'), 'windows-1251'))).toEqual([
    {
      heading: 'Доставка',
      text: 'За три дня.\nПо стране.\n\n- Картой\n- Наличными\nВес | Цена\n1 кг | 300 р',
    },
  ])
})

test('a table names its columns in each row, whatever the separator and quotes', async () => {
  const csv = '\uFEFFName;City;Note\n"Ada; L.";London;"says ""hi""\nand goes"\nBob;;\n'
  expect(await read(csv, { name: 'people.csv' })).toEqual([
    { heading: '', text: 'Name: Ada; L.; City: London; Note: says "hi" and goes\n\nName: Bob' },
  ])
})

test('a Word document has its headings', async () => {
  const pieces = await read(buildDocx(['# Delivery', 'Three days.', '# Returns', 'Within a month.']), {
    name: 'a.docx',
  })
  expect(pieces).toEqual([
    { heading: 'Delivery', text: 'Three days.' },
    { heading: 'Returns', text: 'Within a month.' },
  ])
})

test('a book is read in the order of its spine', async () => {
  const pieces = await read(
    buildEpub(['<h1>One</h1><p>First.</p>', '<h1>Two</h1><p>Second.</p>', '<p>Last.</p>']),
  )
  expect(pieces).toEqual([
    { heading: 'One', text: 'First.' },
    { heading: 'Two', text: 'Second.' },
    { heading: 'Book', text: 'Last.' },
  ])
})

test('a PDF has headings by its large letters, and otherwise its pages', async () => {
  const pages = [
    ['Before all headings.'],
    ['# Delivery', 'We deliver within three days,', 'also abroad if the ship-', 'ment is small.'],
  ]
  expect(await read(buildPdf(pages))).toEqual([
    { heading: 'p. 1', text: 'Before all headings.' },
    { heading: 'Delivery', text: 'We deliver within three days,\nalso abroad if the shipment is small.' },
  ])
})

const LONG = 'One more sentence of a very long text. '.repeat(270_000)

test('10 MB of text are read', async () => {
  const pieces = await read(LONG, { name: 'long.txt', timeoutMs: 60_000 })
  expect(pieces.length).toBeGreaterThan(5_000)
})

test('10 MB of text take seconds of work, however busy the machine is', async () => {
  const task = { type: 'txt', bytes: Buffer.from(LONG), limits: READ_LIMITS } as const
  const before = process.threadCpuUsage()
  expect(cutDocument(await readDocument(task)).length).toBeGreaterThan(1_000)
  const { user } = process.threadCpuUsage(before)
  expect(user / 1_000_000).toBeLessThan(8)
})

describe('what cannot be read is refused with a sentence', () => {
  const zeros = Buffer.alloc(300_000_000)
  test.each([
    [
      'an old Word document',
      () => Buffer.from('d0cf11e0a1b11ae1000000000000', 'hex'),
      'This kind of file cannot be read',
    ],
    [
      'a picture',
      () => Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
      'This kind of file cannot be read',
    ],
    [
      'another archive',
      () => buildZip([{ name: 'a.txt', content: 'a' }]),
      'This kind of file cannot be read',
    ],
    ['a cut PDF', () => buildPdf([['One.'], ['Two.']]).subarray(0, 60), 'This document is damaged'],
    [
      'a PDF with a password',
      () => buildPdf([['Secret.']], { encrypted: true }),
      'is protected by a password',
    ],
    ['a scan', () => buildPdf([[]]), 'No text was found'],
    ['a cut archive', () => buildDocx(['One.']).subarray(0, 700), 'This document is damaged'],
    [
      'an archive with a password',
      () => buildDocx(['One.'], [{ name: 'a.xml', content: 'a', encrypted: true }]),
      'is protected by a password',
    ],
    [
      'an archive bomb',
      () => buildDocx(['One.'], [{ name: 'word/a.xml', content: zeros }]),
      'too large: unpacked it has more than 256 MB',
    ],
    [
      'one that lies',
      () => buildDocx(['One.'], [{ name: 'word/a.xml', content: zeros, claims: 10 }]),
      'This document is damaged',
    ],
    [
      'too many files',
      () =>
        buildDocx(
          ['One.'],
          Array.from({ length: 5_001 }, (_, id) => ({ name: `${id}`, content: '' })),
        ),
      'it holds 5006 files',
    ],
    ['a page of pages', () => Buffer.from(`<html>${'<div>'.repeat(300_000)}`), 'document'],
    ['nothing but space', () => Buffer.from(' \n\n '), 'No text was found'],
  ])('%s', async (_, build, sentence) => {
    await expect(read(build())).rejects.toThrow(sentence)
  })

  test('a bomb in a PDF', async () => {
    const packedContent = await packZeros(700)
    await expect(read(buildPdf([['x']], { packedContent }))).rejects.toThrow(
      'reading it takes too much memory',
    )
  })

  test('what takes too long', async () => {
    const slow = read('word '.repeat(8_000_000), { timeoutMs: 200 })
    await expect(slow).rejects.toThrow('Reading this document took longer than 0 seconds')
  })
})

async function packZeros(megabytes: number): Promise<Buffer> {
  const deflate = createDeflate()
  const packed = deflate.toArray()
  const megabyte = Buffer.alloc(1_048_576)
  for (let count = 0; count < megabytes; count++) if (!deflate.write(megabyte)) await once(deflate, 'drain')
  deflate.end()
  return Buffer.concat((await packed) as Buffer[])
}
