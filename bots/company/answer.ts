import {
  AppError,
  type AnswerContext,
  type AnswerPiece,
  type AskedQuestion,
  type CompanyNumber,
  findCompanyNumber,
} from 'botyard'
import { languageOf } from './language.ts'
import { actionOf, FIRST_MENU, LABELS, REPORT_MENU, type MenuAction } from './menu.ts'
import { tellCheck, tellDocument, tellSection, type CheckTask } from './tell-company.ts'
import { fill, texts, type CompanyTexts } from './texts.ts'

/** Longer messages hold no number but something pasted by mistake. */
const LONGEST_MESSAGE = 1_000

/** Answers in code: which company is meant and what is wanted of it; only the analysis is a model's. */
export async function* answer(
  question: AskedQuestion,
  context: AnswerContext,
): AsyncGenerator<AnswerPiece, void> {
  const language = languageOf(question)
  const wish = readWish(question)
  if ('number' in wish)
    yield* tellCompany(wish.action, { ...wish, language, history: question.history, context })
  else {
    yield wish.say(texts[language])
    yield { type: 'suggestions', items: FIRST_MENU.map((item) => LABELS[language][item]) }
  }
}

type Wish =
  | { readonly number: CompanyNumber; readonly action: MenuAction | undefined }
  | { readonly say: (said: CompanyTexts) => string }

function readWish({ text, history }: AskedQuestion): Wish {
  if (text.trim().length > LONGEST_MESSAGE) return { say: ({ tooLong }) => tooLong }
  const found = findCompanyNumber(text)
  const action = actionOf(text)
  if (found?.number) return { number: found.number, action }
  if (found) return { say: ({ badNumber }) => fill(badNumber, { number: found.text }) }
  if (action === undefined) return { say: ({ noNumber }) => noNumber }
  if (action === 'start' || action === 'help') return { say: (said) => said[action] }
  if (action === 'check') return { say: ({ askNumber }) => askNumber }
  const number = lastNumber(history)
  return number ? { number, action } : { say: ({ nothingChecked }) => nothingChecked }
}

async function* tellCompany(
  action: MenuAction | undefined,
  task: CheckTask,
): AsyncGenerator<AnswerPiece, void> {
  const { language } = task
  try {
    if (action === 'pdf' || action === 'html') yield* tellDocument(action, task)
    else if (action === 'card' || action === 'risks' || action === 'affiliated' || action === 'contacts')
      yield* tellSection(action, task)
    else yield* tellCheck(task)
  } catch (error) {
    const sentence = error instanceof AppError ? texts[language].lookupErrors[error.code] : undefined
    if (sentence === undefined) throw error
    yield `\n\n${sentence}`
  }
  yield { type: 'suggestions', items: REPORT_MENU.map((item) => LABELS[language][item]) }
}

/** The company the person spoke of last. */
function lastNumber(history: AskedQuestion['history']): CompanyNumber | undefined {
  const said = history.flatMap((message) => (message.role === 'user' ? [message.text] : []))
  for (const text of said.toReversed()) {
    const number = findCompanyNumber(text)?.number
    if (number) return number
  }
  return undefined
}
