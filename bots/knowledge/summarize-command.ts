import {
  type BotCommand,
  type CommandReply,
  type DocumentCollection,
  escapeMarkdown,
  type Language,
  type Passage,
  type ToolServices,
} from 'botyard'
import { findFile } from './find-file.ts'
import { selectParts } from './select-parts.ts'
import { fill, texts } from './texts.ts'

/** Of longer documents the begin is summarized: about 150 pages. */
const MOST_CHARACTERS = 300_000

/** `/summarize <file>`: has the model say what a document is about. Its text goes to the model as passages: as data. */
export const summarizeCommand: BotCommand = {
  name: 'summarize',
  description: { en: 'What a document is about', ru: 'О чём документ' },
  run: async (name, { language, services }) => {
    if (name === '') return texts[language].summarizeUsage
    return await summarize(name, language, services)
  },
}

async function summarize(
  name: string,
  language: Language,
  { documents: { own, shared } }: ToolServices,
): Promise<CommandReply> {
  const said = texts[language]
  const mine = findFile(await own.list(), name)
  const file = mine ?? findFile(await shared.list(), name)
  if (!file) return fill(said.notFound, { file: escapeMarkdown(name) })
  if (file.status === 'failed')
    return `❌ ${file.error?.message ?? fill(said.notFound, { file: escapeMarkdown(name) })}`
  if (file.status !== 'ready') return fill(said.notReady, { file: escapeMarkdown(file.name) })
  const passages = await readParts(mine ? own : shared, file.name, said.part)
  return { ask: fill(said.summarize, { file: file.name }), passages }
}

async function readParts(
  collection: Pick<DocumentCollection, 'textOf'>,
  source: string,
  part: string,
): Promise<readonly Passage[]> {
  const { parts, count } = selectParts(await collection.textOf(source, { maxCharacters: MOST_CHARACTERS }))
  return parts.map(({ number, text }) => ({
    source,
    text,
    ...(count > 1 && { heading: fill(part, { number, count }) }),
  }))
}
