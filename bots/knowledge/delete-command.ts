import { type BotCommand, escapeMarkdown } from 'botyard'
import { findFile } from './find-file.ts'
import { fill, texts } from './texts.ts'

/** `/delete <file>`: forgets a document of the person or the group; what the operator gave stays. */
export const deleteCommand: BotCommand = {
  name: 'delete',
  description: { en: 'Forget a document', ru: 'Забыть документ' },
  run: async (name, { language, services }) => {
    const said = texts[language]
    if (name === '') return said.deleteUsage
    const { own } = services.documents
    const file = findFile(await own.list(), name)
    const deleted = file !== undefined && (await own.delete(file.name))
    return fill(deleted ? said.deleted : said.notFound, { file: escapeMarkdown(file?.name ?? name) })
  },
}
