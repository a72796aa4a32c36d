import { FILE_TEXTS } from '../../../messaging/file-texts.ts'
import { SHARED_TEXTS } from '../../../messaging/shared-texts.ts'
import type { BitrixTexts } from './bitrix-texts.ts'

export const russian: BitrixTexts = {
  ...SHARED_TEXTS.ru,
  ...FILE_TEXTS.ru,
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
    '',
    'К вопросу можно приложить файлы.',
  ].join('\n'),
  unsupported: 'Такие сообщения я пока не понимаю. Напишите текстом или пришлите файл.',
  documents: {
    ...FILE_TEXTS.ru.documents,
    unavailable: '❌ Битрикс24 не отдаёт мне этот файл. Отправьте его ещё раз.',
  },
}
