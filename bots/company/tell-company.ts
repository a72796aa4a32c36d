import {
  AppError,
  type AffiliatedCompany,
  type AnswerContext,
  type AnswerPiece,
  assessRisk,
  type CompanyFacts,
  type CompanyNumber,
  composeReport,
  escapeMarkdown,
  type Language,
  type Message,
  renderReportHtml,
  renderReportMarkdown,
  renderReportPdf,
} from 'botyard'
import { analysisIn, tellAnalysis } from './tell-analysis.ts'
import { fill, texts } from './texts.ts'

/** Which company, for whom. */
export interface CheckTask {
  readonly number: CompanyNumber
  readonly language: Language
  readonly history: readonly Message[]
  readonly context: AnswerContext
}

/** Card, finance and risks as soon as they are there, then affiliated companies, then the analysis as it is written. */
export async function* tellCheck(task: CheckTask): AsyncGenerator<AnswerPiece, void> {
  const { number, language, context } = task
  const said = texts[language]
  yield fill(said.working, { number: number.digits })
  const facts = await context.services.companies.find(number, context)
  if (!facts) return yield `\n\n${fill(said.notFound, { number: number.digits })}`
  const risk = assessRisk(facts, new Date())
  yield `\n\n${renderReportMarkdown(composeReport({ facts, risk }, language), ['card', 'finance', 'risks'])}`
  const affiliated = await findAffiliated(facts, context)
  const parts = { facts, risk, ...(affiliated && { affiliated }) }
  yield `\n\n${affiliated ? renderReportMarkdown(composeReport(parts, language), ['affiliated']) : said.affiliatedUnavailable}`
  yield* tellAnalysis(parts, { language, model: context.model })
}

/** One section of what is known. */
export async function* tellSection(
  section: 'card' | 'risks' | 'affiliated' | 'contacts',
  { number, language, context }: CheckTask,
): AsyncGenerator<AnswerPiece, void> {
  const facts = await context.services.companies.find(number, context)
  if (!facts) return yield fill(texts[language].notFound, { number: number.digits })
  const affiliated =
    section === 'affiliated' ? await context.services.companies.findAffiliated(facts.inn, context) : undefined
  const parts = { facts, risk: assessRisk(facts, new Date()), ...(affiliated && { affiliated }) }
  const names = section === 'card' ? (['card', 'finance'] as const) : [section]
  yield `${escapeMarkdown(facts.name.short)}\n\n${renderReportMarkdown(composeReport(parts, language), names)}`
}

/** The report as a file, with the analysis that the conversation already holds. */
export async function* tellDocument(
  format: 'pdf' | 'html',
  { number, language, history, context }: CheckTask,
): AsyncGenerator<AnswerPiece, void> {
  const facts = await context.services.companies.find(number, context)
  if (!facts) return yield fill(texts[language].notFound, { number: number.digits })
  const affiliated = await findAffiliated(facts, context)
  const analysis = analysisIn(history, facts.inn)
  const risk = assessRisk(facts, new Date())
  const report = composeReport(
    { facts, risk, ...(affiliated && { affiliated }), ...(analysis && { analysis }) },
    language,
  )
  const file =
    format === 'pdf'
      ? { contentType: 'application/pdf', bytes: await renderReportPdf(report) }
      : { contentType: 'text/html; charset=utf-8', bytes: new TextEncoder().encode(renderReportHtml(report)) }
  yield texts[language].document
  yield await context.services.files.keep({ name: `company-${facts.inn}.${format}`, ...file })
}

/** A card without them is better than none. */
async function findAffiliated(
  { inn }: CompanyFacts,
  { services, signal }: AnswerContext,
): Promise<readonly AffiliatedCompany[] | undefined> {
  try {
    return await services.companies.findAffiliated(inn, { signal })
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('company_')) return undefined
    throw error
  }
}
