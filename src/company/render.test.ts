import { expect, test } from 'vitest'
import { extractText, getDocumentProxy } from 'unpdf'
import { DADATA_PARTIES } from '../fakes/dadata.ts'
import { assessRisk } from './assess-risk.ts'
import { composeReport, type CompanyReport } from './company-report.ts'
import { toFacts } from './parse-party.ts'
import { renderHtml } from './render-html.ts'
import { renderMarkdown } from './render-markdown.ts'
import { renderPdf } from './render-pdf.ts'

const TODAY = new Date('2026-11-21T10:00:00Z')

function reportOf(inn: string, language: 'ru' | 'en', analysis?: string): CompanyReport {
  const party = DADATA_PARTIES.find(({ data }) => data['inn'] === inn)
  const facts = toFacts(party?.data, party?.value ?? '', TODAY)
  return composeReport({ facts, risk: assessRisk(facts, TODAY), ...(analysis && { analysis }) }, language)
}

test('a PDF holds the report in Cyrillic letters, the analysis without its marks', async () => {
  const pdf = await renderPdf(reportOf('7801000037', 'ru', '### Оценка\n- **Компания** банкрот.'))
  const { text } = await extractText(await getDocumentProxy(pdf), { mergePages: true })
  const words = text.replaceAll(/\s+/g, ' ')
  expect(words).toMatch(/Проверка контрагента: ООО "БАНКРОТ"/)
  expect(words).toContain('задолженность по налогам 12 400 000 руб. (31.12.2025)')
  expect(words).toContain('• Компания банкрот.')
  expect(words).toContain('Сведения на 01.10.2026, источник: DaData')
})

test('every word of the HTML is escaped, also those of a model', () => {
  const html = renderHtml(reportOf('7701000019', 'en', '<script>alert(1)</script> & "more"'))
  expect(html).toContain('<th scope="row">Name</th><td>ООО &quot;РОМАШКА&quot;</td>')
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;more&quot;')
  expect(html).not.toContain('<script')
})

test('Markdown shows names as they are, whatever they hold', () => {
  const report = reportOf('7701000019', 'ru')
  const [card] = report.sections
  const hostile = {
    ...report,
    sections: card ? [{ ...card, rows: [{ label: 'Название', value: '[x](javascript:1) **b**' }] }] : [],
  }
  expect(renderMarkdown(hostile, ['card'])).toContain('\\[x\\](javascript:1) \\*\\*b\\*\\*')
})

test('null is left out, and what there is none of is told as none', () => {
  const free = renderMarkdown(reportOf('7707083893', 'ru'), ['card'])
  expect(free).not.toMatch(/Учредители|Лицензии|Сотрудников|Уставный капитал/)
  expect(renderMarkdown(reportOf('7701000019', 'ru'), ['card'])).toContain('Лицензии: нет')
})
