import type { BotCommand } from 'botyard'
import type { MenuAction } from './menu.ts'

type Ordered = Exclude<MenuAction, 'start' | 'help'>

const DESCRIPTIONS: Readonly<Record<Ordered, BotCommand['description']>> = {
  check: { ru: 'Проверить компанию по ИНН', en: 'Check a company by its INN' },
  card: { ru: 'Карточка компании', en: 'Card of the company' },
  risks: { ru: 'Риски', en: 'Risks' },
  affiliated: { ru: 'Связанные компании', en: 'Affiliated companies' },
  contacts: { ru: 'Контакты', en: 'Contacts' },
  analysis: { ru: 'Анализ', en: 'Analysis' },
  pdf: { ru: 'Отчёт в PDF', en: 'Report as PDF' },
  html: { ru: 'Отчёт в HTML', en: 'Report as HTML' },
}

/** `/check 7707083893`, `/risks` and the like, for the menus of channels: each is the wish of the menu's button. */
export const commands: readonly BotCommand[] = (
  ['check', 'card', 'risks', 'affiliated', 'contacts', 'analysis', 'pdf', 'html'] as const
).map((name) => ({
  name,
  description: DESCRIPTIONS[name],
  // The answer reads it as such, and knows more of the person's language than the command.
  run: (text) => ({ ask: `/${name} ${text}`.trim() }),
}))
