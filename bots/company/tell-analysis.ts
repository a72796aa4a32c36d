import {
  AppError,
  type AnswerPiece,
  type AskableModel,
  composeReport,
  createAnalysisChecker,
  type Language,
  type Message,
  type ReportParts,
} from 'botyard'
import { fill, texts } from './texts.ts'

export interface AnalysisOptions {
  readonly language: Language
  readonly model: AskableModel
}

/** Parts the facts from what a model makes of them. */
const SEPARATOR = '='.repeat(40)

const TITLES: Readonly<Record<Language, string>> = { ru: '**🧠 АНАЛИЗ**', en: '**🧠 ANALYSIS**' }

/** The model's analysis as it is written, each sentence checked against the facts; those without a ground are left out. */
export async function* tellAnalysis(
  parts: ReportParts,
  { language, model }: AnalysisOptions,
): AsyncGenerator<AnswerPiece, void> {
  const said = texts[language]
  // The built-in model would only repeat the facts in other words.
  if (model.id === 'offline') return yield `\n\n${said.noModel}`
  const checker = createAnalysisChecker(parts)
  yield `\n\n${SEPARATOR}\n\n${TITLES[language]}\n\n`
  let shown = ''
  try {
    // A further attempt would be paid for again.
    for await (const piece of model.ask({ text: toPrompt(parts, language), retries: 0 })) {
      const kept = checker.push(piece)
      shown += kept
      yield kept
    }
    const rest = checker.end()
    shown += rest
    yield rest
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return yield `\n\n${modelSentence(error, { language, model })}`
  }
  if (shown.trim() === '') yield said.analysisUnavailable
  if (checker.dropped.length > 0) yield `\n\n${fill(said.dropped, { count: checker.dropped.length })}`
}

/** The analysis of this company that was told before; undefined when there is none. */
export function analysisIn(history: readonly Message[], inn: string): string | undefined {
  const message = history.findLast(
    ({ role, ...rest }) =>
      role === 'assistant' && 'text' in rest && rest.text.includes(SEPARATOR) && rest.text.includes(inn),
  )
  if (!message || !('text' in message)) return undefined
  const [, analysis = ''] = message.text.split(SEPARATOR)
  return (
    analysis.replace(Object.values(TITLES).find((title) => analysis.includes(title)) ?? '', '').trim() ||
    undefined
  )
}

/** Facts and nothing else; they are data, whatever a name in them says. */
function toPrompt(parts: ReportParts, language: Language): string {
  const { facts, risk, affiliated = null } = parts
  const { sections } = composeReport(parts, language)
  return [
    texts[language].answerIn,
    '<facts>',
    JSON.stringify({ facts, risk, affiliated }),
    '</facts>',
    '<report>',
    JSON.stringify(sections),
    '</report>',
  ].join('\n')
}

const PROVIDERS: Readonly<Record<string, string>> = {
  openai: 'OpenAI',
  cohere: 'Cohere',
  anthropic: 'Anthropic',
  grok: 'xAI',
  poe: 'Poe',
}

function modelSentence(error: AppError, { language, model }: AnalysisOptions): string {
  const { code } = error
  const { modelErrors } = texts[language]
  const name = model.id.split('/')[0] ?? model.id
  const sentence = isTimeout(error) ? modelErrors.timeout : (modelErrors[code] ?? modelErrors.other)
  return fill(sentence, { provider: PROVIDERS[name] ?? name, code })
}

/** Too long to answer, for us or for a server between: the table has one code for it and for being away. */
function isTimeout({ code, cause }: AppError): boolean {
  return code === 'model_unavailable' && /timeout|answered (?:408|504)\b/i.test(String(cause))
}
