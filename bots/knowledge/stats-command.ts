import type { BotCommand } from 'botyard'
import { fill, texts } from './texts.ts'

const MEGABYTE = 1_048_576

/** `/stats`: the numbers of the person's or the group's own documents, and of nobody else's. */
export const statsCommand: BotCommand = {
  name: 'stats',
  description: { en: 'How much I have read', ru: 'Сколько я прочитал' },
  run: async (_, { language, services }) => {
    const { own, shared } = services.documents
    const { documents, bytes, passages: sections, chunks } = await own.stats()
    return fill(texts[language].stats, {
      documents,
      size: (bytes / MEGABYTE).toLocaleString(language, { maximumFractionDigits: 2 }),
      sections,
      chunks,
      shared: (await shared.stats()).documents,
    })
  },
}
