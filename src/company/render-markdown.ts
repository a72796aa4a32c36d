import { escapeMarkdown } from '../escape-markdown.ts'
import type { CompanyReport, ReportSection, SectionName } from './company-report.ts'

/** Sections of a report as Markdown for a chat; what came from registers is escaped. Default: all. */
export function renderMarkdown(
  { sections }: CompanyReport,
  names: readonly SectionName[] = sections.map(({ name }) => name),
): string {
  return sections
    .filter(({ name }) => names.includes(name))
    .map(renderSection)
    .join('\n\n')
}

function renderSection({ name, title, rows, lines }: ReportSection): string {
  // A model wrote the analysis as Markdown.
  const shown = name === 'analysis' ? lines : lines.map((line) => `- ${escapeMarkdown(line)}`)
  return [
    `**${title}**`,
    [...rows.map(({ label, value }) => `- ${label}: ${escapeMarkdown(value)}`), ...shown].join('\n'),
  ].join('\n\n')
}
