import { FILE_TEXTS } from '../../../messaging/file-texts.ts'
import { SHARED_TEXTS } from '../../../messaging/shared-texts.ts'
import type { TelegramTexts } from './telegram-texts.ts'

export const russian: TelegramTexts = {
  ...SHARED_TEXTS.ru,
  start:
    '👋 **Добро пожаловать в {title}!**\n\n{description}\n\nПросто напишите мне вопрос. Все команды: /help.',
  help: [
    '**Что я понимаю**',
    '',
    '- Любое сообщение: я на него отвечу.',
    '- /ask <вопрос>: то же самое; в группе я отвечаю на /ask, упоминания и ответы на мои сообщения.',
    '- /stop: остановить ответ, который я пишу.',
    '- /clear: забыть наш разговор.',
    '- /help: этот список.',
    '',
    'К вопросу можно приложить фото или документ.',
  ].join('\n'),
  commands: {
    start: 'Начать',
    help: 'Что я понимаю',
    ask: 'Задать вопрос',
    clear: 'Забыть наш разговор',
    stop: 'Остановить ответ',
    voice: 'Отвечать голосом: on, off или auto',
  },
  unsupported: 'Такие сообщения я пока не понимаю. Напишите текстом, пришлите фото или документ.',
  fileTooLarge: FILE_TEXTS.ru.fileTooLarge,
  voice: {
    ...FILE_TEXTS.ru.voice,
    mute: 'У меня здесь нет голоса: владелец бота его не подключил.',
    usage:
      'Напишите /voice on, /voice off или /voice auto. С auto я отвечаю голосом на голос, а текстом на текст.',
    on: '🔊 Теперь я буду и озвучивать ответы.',
    off: '🔇 Теперь я буду только писать.',
    auto: '🔉 На голосовые сообщения я отвечаю голосом, на текст текстом.',
  },
  documents: {
    ...FILE_TEXTS.ru.documents,
    unavailable: '❌ Telegram не отдаёт мне этот файл. Отправьте его ещё раз.',
  },
}
