import type { Language } from 'botyard'

/** What the menu offers besides sending a number. */
export type MenuAction =
  | 'start'
  | 'help'
  | 'check'
  | 'card'
  | 'risks'
  | 'affiliated'
  | 'contacts'
  | 'analysis'
  | 'pdf'
  | 'html'

/** What the buttons say; pressing one sends its text. */
export const LABELS: Readonly<Record<Language, Readonly<Record<Exclude<MenuAction, 'start'>, string>>>> = {
  ru: {
    check: '🔍 Проверить ИНН',
    card: '📄 Карточка',
    risks: '⚠️ Риски',
    affiliated: '🔗 Связи',
    contacts: '📞 Контакты',
    analysis: '🧠 Анализ',
    pdf: '📑 Отчёт PDF',
    html: '🌐 Отчёт HTML',
    help: 'ℹ️ Помощь',
  },
  en: {
    check: '🔍 Check an INN',
    card: '📄 Card',
    risks: '⚠️ Risks',
    affiliated: '🔗 Affiliates',
    contacts: '📞 Contacts',
    analysis: '🧠 Analysis',
    pdf: '📑 PDF report',
    html: '🌐 HTML report',
    help: 'ℹ️ Help',
  },
}

/** Buttons for when no company was checked yet. */
export const FIRST_MENU: readonly Exclude<MenuAction, 'start'>[] = ['check', 'help']
/** Buttons under a report; some channels show only the first three. */
export const REPORT_MENU: readonly Exclude<MenuAction, 'start'>[] = [
  'pdf',
  'contacts',
  'check',
  'html',
  'card',
  'risks',
  'affiliated',
]

/** Words that ask for something, and the data of buttons that earlier versions of such bots sent (`menu:card`). */
const WORDS: readonly (readonly [MenuAction, RegExp])[] = [
  ['start', /^\/?(?:start|старт|начать|меню|menu)$/iu],
  ['help', /^(?:menu:|\/)?(?:help|помощь|справка)$/iu],
  ['check', /^(?:menu:check_inn|\/?check|(?:check|проверить|проверь)(?: an| новый| другой)? (?:inn|инн))$/iu],
  ['card', /^(?:menu:|\/)?(?:card|карточка)$/iu],
  ['risks', /^(?:menu:|\/)?(?:risks?|риски?)$/iu],
  ['affiliated', /^(?:menu:|\/)?(?:affiliated|affiliates|связи|связанные(?: компании)?)$/iu],
  ['contacts', /^(?:menu:|\/)?(?:contacts|контакты)$/iu],
  ['analysis', /^(?:menu:|\/)?(?:analysis|анализ)$/iu],
  ['pdf', /^(?:\/)?(?:pdf(?: report)?|отч[её]т pdf|отч[её]т)$/iu],
  ['html', /^(?:\/)?(?:html(?: report)?|отч[её]т html)$/iu],
]

/** What a message asks for, its pictures and the number in it left out; undefined when it is no wish of the menu. */
export function actionOf(text: string): MenuAction | undefined {
  const words = text
    .replaceAll(/\d{10,15}/g, '')
    .replaceAll(/[^\p{L}\d:/_ ]/gu, '')
    .trim()
  return WORDS.find(([, pattern]) => pattern.test(words))?.[0]
}
