import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Content, TDocumentDefinitions } from 'pdfmake/interfaces.js'
import { plainLines } from './plain-lines.ts'
import type { CompanyReport, ReportSection } from './company-report.ts'

/** A report as a PDF on A4, with the letters of Russian and English embedded. */
export async function renderPdf(report: CompanyReport): Promise<Uint8Array> {
  // Loaded when somebody wants a document: it is large.
  const { default: pdfmake } = await import('pdfmake')
  pdfmake.setFonts(toFonts(FOLDER))
  // A report names nothing outside of itself but the letters.
  pdfmake.setUrlAccessPolicy(() => false)
  pdfmake.setLocalAccessPolicy((path) => path.startsWith(FOLDER))
  const bytes = await pdfmake.createPdf(toDefinition(report)).getBuffer()
  return new Uint8Array(bytes)
}

/** The font that comes with the library has no pictures, so they are left out. */
const PICTURES = /[\p{Extended_Pictographic}\u{fe0f}\u{200d}]\s*/gu

const FOLDER = join(
  dirname(createRequire(import.meta.url).resolve('pdfmake/package.json')),
  'fonts',
  'Roboto',
)

function toFonts(
  folder: string,
): Record<string, Record<'normal' | 'bold' | 'italics' | 'bolditalics', string>> {
  const font = (style: string): string => join(folder, `Roboto-${style}.ttf`)
  return {
    Roboto: {
      normal: font('Regular'),
      bold: font('Medium'),
      italics: font('Italic'),
      bolditalics: font('MediumItalic'),
    },
  }
}

function toDefinition({ language, title, source, sections }: CompanyReport): TDocumentDefinitions {
  return {
    info: { title: withoutPictures(title) },
    language,
    pageSize: 'A4',
    pageMargins: [48, 48, 48, 56],
    defaultStyle: { font: 'Roboto', fontSize: 10, lineHeight: 1.25 },
    content: [
      { text: withoutPictures(title), fontSize: 16, bold: true, margin: [0, 0, 0, 12] },
      ...sections.flatMap(toContent),
    ],
    footer: (page, pages) => ({
      columns: [
        { text: withoutPictures(source), fontSize: 8, color: '#57606a' },
        { text: `${page} / ${pages}`, fontSize: 8, color: '#57606a', alignment: 'right', width: 50 },
      ],
      margin: [48, 16],
    }),
  }
}

function toContent({ title, rows, lines }: ReportSection): readonly Content[] {
  const table: Content[] =
    rows.length === 0
      ? []
      : [
          {
            layout: 'noBorders',
            table: {
              widths: [130, '*'],
              body: rows.map(({ label, value }) => [
                { text: withoutPictures(label), bold: true },
                withoutPictures(value),
              ]),
            },
          },
        ]
  return [
    { text: withoutPictures(title), fontSize: 12, bold: true, margin: [0, 12, 0, 4] },
    ...table,
    ...plainLines(lines).map((line): Content => ({ text: withoutPictures(line), margin: [0, 0, 0, 3] })),
  ]
}

function withoutPictures(text: string): string {
  return text.replaceAll(PICTURES, '').trim()
}
