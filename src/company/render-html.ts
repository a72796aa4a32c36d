import { plainLines } from './plain-lines.ts'
import type { CompanyReport, ReportSection } from './company-report.ts'

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}' +
  'h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}th{text-align:left;vertical-align:top;font-weight:600;padding:.2rem 1rem .2rem 0;width:14rem}' +
  'td{padding:.2rem 0;overflow-wrap:anywhere}footer{margin-top:2rem;color:#57606a;font-size:.875rem}'

/** A report as one HTML page without scripts or anything from elsewhere; every word of it is escaped. */
export function renderHtml(report: CompanyReport): string {
  const { language, title, source, sections } = report
  return [
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>`,
    `<main><h1>${escapeHtml(title)}</h1>`,
    ...sections.map(renderSection),
    `</main><footer>${escapeHtml(source)}</footer></body></html>`,
  ].join('\n')
}

function renderSection({ title, rows, lines }: ReportSection): string {
  const table = rows
    .map(
      ({ label, value }) => `<tr><th scope="row">${escapeHtml(label)}</th><td>${escapeHtml(value)}</td></tr>`,
    )
    .join('')
  const text = plainLines(lines)
    .map((line) => `<p>${escapeHtml(line)}</p>`)
    .join('')
  return `<section><h2>${escapeHtml(title)}</h2>${table && `<table>${table}</table>`}${text}</section>`
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '')
}
