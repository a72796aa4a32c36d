import { AppError } from '../../errors.ts'
import type { CitationEvent, FileEvent } from '../../events.ts'
import type { CollectedAnswer } from './collect-answer.ts'
import type { AnswerPart, Button } from './delivery.ts'
import { formatMarkdown } from './format-markdown.ts'
import { toLinkAddress } from './link-address.ts'
import { sentenceFor } from './message-task.ts'
import { RichTextWriter } from './rich-text.ts'
import { splitText } from './split-text.ts'
import type { TelegramTexts } from './texts/telegram-texts.ts'

export interface ComposeOptions {
  readonly texts: TelegramTexts
  /** A suggestion that was pressed: nobody sees it in the chat unless the answer quotes it. */
  readonly quote: string | null
}

/** What the data of a button that sends its text begins with. */
const SUGGESTION = 's:'

/** The messages an answer becomes: its text, what went wrong, its files and sources, suggestions as buttons. */
export function composeAnswer(answer: CollectedAnswer, options: ComposeOptions): readonly AnswerPart[] {
  const writer = new RichTextWriter()
  const { quote, texts } = options
  if (quote !== null) {
    writer.style({ type: 'blockquote' }, () => writer.write(quote))
    writer.startLine()
  }
  writer.append(formatMarkdown(answer.text))
  for (const addition of additionsOf(answer, texts)) {
    if (writer.length > 0) writer.write('\n\n')
    addition(writer)
  }
  return withButtons(splitText(writer.finish()), answer.suggestions)
}

/** Buttons under the last message. */
export function withButtons(
  parts: readonly AnswerPart[],
  suggestions: readonly string[],
): readonly AnswerPart[] {
  const buttons = suggestions.map((text, index): Button => ({ text, callback_data: `${SUGGESTION}${index}` }))
  const last = parts.at(-1)
  return last && buttons.length > 0 ? [...parts.slice(0, -1), { ...last, buttons }] : parts
}

type Addition = (writer: RichTextWriter) => void

function additionsOf(answer: CollectedAnswer, texts: TelegramTexts): readonly Addition[] {
  const { files, citations } = answer
  const additions: Addition[] = []
  const note = noteFor(answer, texts)
  if (note !== undefined) additions.push((writer) => writer.write(note))
  if (files.length > 0) additions.push((writer) => writeLines(files, writer, writeFile))
  if (citations.length > 0) additions.push((writer) => writeSources(citations, writer, texts))
  return additions
}

/** What is said about how the answer ended, if anything. */
function noteFor({ text, end, files }: CollectedAnswer, texts: TelegramTexts): string | undefined {
  if (end.type === 'error') return `⚠️ ${sentenceFor(end, texts)}`
  if (text.trim() !== '' || files.length > 0) return undefined
  if (end.reason === 'stopped') return texts.stopped
  const { message } = new AppError('model_empty_answer')
  return `⚠️ ${sentenceFor({ code: 'model_empty_answer', message }, texts)}`
}

function writeLines<Item>(
  items: readonly Item[],
  writer: RichTextWriter,
  write: (item: Item, writer: RichTextWriter) => void,
): void {
  for (const item of items) {
    writer.startLine()
    write(item, writer)
  }
}

function writeFile({ name, url }: FileEvent, writer: RichTextWriter): void {
  writer.write('📎 ')
  writeLink(name, url, writer)
}

function writeSources(
  citations: readonly CitationEvent[],
  writer: RichTextWriter,
  texts: TelegramTexts,
): void {
  writer.style({ type: 'bold' }, () => writer.write(texts.sources))
  writer.startLine()
  writeLines(citations, writer, ({ index, source, heading, url }) => {
    writer.write(`[${index}] `)
    writeLink(heading === undefined ? source : `${source} > ${heading}`, url, writer)
  })
}

function writeLink(words: string, url: string | undefined, writer: RichTextWriter): void {
  const address = url === undefined ? undefined : toLinkAddress(url)
  if (address) writer.style({ type: 'text_link', url: address }, () => writer.write(words))
  else writer.write(words)
}
