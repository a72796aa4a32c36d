import type { Language } from '../bot-commands.ts'
import type { AnswerTexts } from './compose-answer.ts'
import type { CommandTexts } from './message-commands.ts'
import { RUSSIAN_ERRORS } from './russian-errors.ts'

type SharedTexts = Omit<CommandTexts, 'start' | 'help' | 'unsupported'> & Pick<AnswerTexts, 'sources'>

/** What every channel of messages says in the same words. */
export const SHARED_TEXTS: Readonly<Record<Language, SharedTexts>> = {
  en: {
    askUsage: 'Please provide a question. Usage: /ask <your question>',
    cleared: '✅ Your conversation history has been cleared.',
    stopped: '⏹ Stopped.',
    nothingToStop: 'I am not writing an answer right now.',
    linked: '✅ This chat is linked to your account.',
    linkPrivately: 'Send me the code in our private chat, where nobody else can read it.',
    sources: 'Sources:',
    errors: {
      document_type_unknown:
        'Unsupported file type. Send PDF, DOCX, EPUB, HTML, Markdown, CSV or plain text.',
      document_empty: 'Could not extract text from the document. A scan has to be turned into text first.',
    },
  },
  ru: {
    askUsage: 'Напишите вопрос после команды: /ask <ваш вопрос>',
    cleared: '✅ История разговора очищена.',
    stopped: '⏹ Остановлено.',
    nothingToStop: 'Сейчас я ничего не пишу.',
    linked: '✅ Этот чат связан с вашей учётной записью.',
    linkPrivately: 'Пришлите код в личном чате со мной, где его никто больше не увидит.',
    sources: 'Источники:',
    errors: RUSSIAN_ERRORS,
  },
}
