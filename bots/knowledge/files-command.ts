import { type BotCommand, type DocumentInfo, escapeMarkdown } from 'botyard'
import { fill, type KnowledgeTexts, texts } from './texts.ts'

/** More names would fill several messages. */
const MOST_NAMES = 50

/** `/files`: what the person or the group gave, and what everybody is answered from. */
export const filesCommand: BotCommand = {
  name: 'files',
  description: { en: 'The documents I answer from', ru: 'По каким документам я отвечаю' },
  run: async (_, { language, services }) => {
    const said = texts[language]
    const { own, shared } = services.documents
    const [mine, common] = await Promise.all([own.list(), shared.list()])
    const lists = [
      ...(mine.length > 0 ? [describeList(mine, said.files, said)] : []),
      ...(common.length > 0 ? [describeList(common, said.sharedFiles, said)] : []),
    ]
    return lists.join('\n\n') || said.noFiles
  },
}

function describeList(files: readonly DocumentInfo[], heading: string, said: KnowledgeTexts): string {
  const shown = files
    .slice(0, MOST_NAMES)
    .map((file) => `- ${escapeMarkdown(file.name)} (${describeState(file, said)})`)
  const more = files.length - shown.length
  return [
    fill(heading, { count: files.length }),
    '',
    ...shown,
    ...(more > 0 ? ['', fill(said.moreFiles, { count: more })] : []),
  ].join('\n')
}

function describeState({ status, error, chunks }: DocumentInfo, said: KnowledgeTexts): string {
  if (status === 'ready') return fill(said.chunks, { chunks })
  return status === 'failed' ? `❌ ${error?.message ?? status}` : said.beingRead
}
