import { RUSSIAN_ERRORS } from '../../../messaging/russian-errors.ts'
import type { BitrixTexts } from './bitrix-texts.ts'

export const russian: BitrixTexts = {
  start:
    '👋 **Добро пожаловать в {title}!**\n\n{description}\n\nПросто напишите мне вопрос. Все команды: /help.',
  help: [
    '**Что я понимаю**',
    '',
    '- Любое сообщение: я на него отвечу. В группе упомяните меня.',
    '- /ask <вопрос>: то же самое.',
    '- /stop: остановить ответ, который я пишу.',
    '- /clear: забыть наш разговор.',
    '- /help: этот список.',
  ].join('\n'),
  askUsage: 'Напишите вопрос после команды: /ask <ваш вопрос>',
  cleared: '✅ История разговора очищена.',
  stopped: '⏹ Остановлено.',
  nothingToStop: 'Сейчас я ничего не пишу.',
  linked: '✅ Этот чат связан с вашей учётной записью.',
  linkPrivately: 'Пришлите код в личном чате со мной, где его никто больше не увидит.',
  unsupported: 'Я понимаю только текст. Напишите мне сообщение.',
  sources: 'Источники:',
  errors: RUSSIAN_ERRORS,
}
