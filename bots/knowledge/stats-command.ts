import type { BotCommand } from 'botyard'
import { fill, type KnowledgeTexts, texts } from './texts.ts'

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
      size: describeSize(bytes, texts[language]),
      sections,
      chunks,
      shared: (await shared.stats()).documents,
    })
  },
}

function describeSize(bytes: number, said: KnowledgeTexts): string {
  if (bytes < MEGABYTE) return fill(said.kilobytes, { size: Math.ceil(bytes / 1_024) })
  return fill(said.megabytes, { size: (bytes / MEGABYTE).toFixed(1) })
}
