import { script } from './embedding.js'

const english = {
  newConversation: 'New conversation',
  conversation: 'Conversation',
  messages: 'Messages',
  suggestions: 'Suggestions',
  latest: 'Jump to the latest message',
  composer: 'Write a message',
  message: 'Message',
  placeholder: 'Write a message…',
  send: 'Send',
  stop: 'Stop answering',
  you: 'You',
  answering: 'Writing an answer…',
  using: 'Using {tool}…',
  used: 'Used {tool}',
  toolFailed: '{tool} did not work',
  sources: 'Sources',
  files: 'Files',
  copy: 'Copy',
  copied: 'Copied',
  stopped: 'Stopped.',
  unfinished: 'The answer broke off here.',
  cut: 'The answer reached its limit and ends here.',
  reconnecting: 'Connection lost. Reconnecting…',
  unreachable: 'The server cannot be reached. Check your connection and try again.',
  failed: 'Something went wrong. Please try again.',
  retry: 'Try again',
  signIn: 'Sign in',
  open: 'Open the chat',
  close: 'Close the chat',
  voice: 'Read answers aloud',
}

/** @type {typeof english} */
const russian = {
  newConversation: 'Новый диалог',
  conversation: 'Диалог',
  messages: 'Сообщения',
  suggestions: 'Варианты',
  latest: 'К последнему сообщению',
  composer: 'Написать сообщение',
  message: 'Сообщение',
  placeholder: 'Напишите сообщение…',
  send: 'Отправить',
  stop: 'Остановить ответ',
  you: 'Вы',
  answering: 'Пишет ответ…',
  using: 'Использую {tool}…',
  used: 'Использован {tool}',
  toolFailed: 'Не сработал {tool}',
  sources: 'Источники',
  files: 'Файлы',
  copy: 'Копировать',
  copied: 'Скопировано',
  stopped: 'Остановлено.',
  unfinished: 'Здесь ответ оборвался.',
  cut: 'Ответ достиг предела и заканчивается здесь.',
  reconnecting: 'Связь потеряна. Восстанавливаю…',
  unreachable: 'Сервер недоступен. Проверьте связь и попробуйте ещё раз.',
  failed: 'Что-то пошло не так. Попробуйте ещё раз.',
  retry: 'Попробовать ещё раз',
  signIn: 'Войти',
  open: 'Открыть чат',
  close: 'Закрыть чат',
  voice: 'Читать ответы вслух',
}

const CATALOGUES = { en: english, ru: russian }

/** What the page that embeds us says, and else the first language of the browser that we speak. */
const spoken = [script?.dataset['language'] ?? '', ...navigator.languages].map((tag) =>
  tag.slice(0, 2).toLowerCase(),
)
export const language = spoken.find((tag) => tag === 'en' || tag === 'ru') === 'ru' ? 'ru' : 'en'

/** What the chat page and the widget say, in the language of the reader. */
export const texts = CATALOGUES[language]
