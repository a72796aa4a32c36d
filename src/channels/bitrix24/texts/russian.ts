import { SHARED_TEXTS } from '../../../messaging/shared-texts.ts'
import type { BitrixTexts } from './bitrix-texts.ts'

export const russian: BitrixTexts = {
  ...SHARED_TEXTS.ru,
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
  unsupported: 'Я понимаю только текст. Напишите мне сообщение.',
}
