import { AppError, type ErrorCode } from '../errors.ts'
import type { CitationEvent, ErrorEvent, FileEvent } from '../events.ts'
import type { CollectedAnswer } from './collect-answer.ts'
import { formatMarkdown } from './format-markdown.ts'
import { toLinkAddress } from './link-address.ts'
import { RichTextWriter, type RichText } from './rich-text.ts'

/** What stands around an answer, in a person's language. */
export interface AnswerTexts {
  /** The heading over the sources. */
  readonly sources: string
  /** In place of an answer that was stopped before its first word. */
  readonly stopped: string
  /** Sentences of the error table; a code that is not here has the table's own. */
  readonly errors: Readonly<Partial<Record<ErrorCode, string>>>
}

export interface ComposeOptions {
  readonly texts: AnswerTexts
  /** A suggestion that was pressed: nobody sees it in the chat unless the answer quotes it. */
  readonly quote: string | null
}

/** All an answer shows: its text, what went wrong, its files and sources. */
export function composeAnswer(answer: CollectedAnswer, options: ComposeOptions): RichText {
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
  return writer.finish()
}

/** The sentence for a failure in the person's language. */
export function sentenceFor(
  { code, message }: Pick<ErrorEvent, 'code' | 'message'>,
  { errors }: Pick<AnswerTexts, 'errors'>,
): string {
  return errors[code] ?? message
}

type Addition = (writer: RichTextWriter) => void

function additionsOf(answer: CollectedAnswer, texts: AnswerTexts): readonly Addition[] {
  const { files, citations } = answer
  const additions: Addition[] = []
  const note = noteFor(answer, texts)
  if (note !== undefined) additions.push((writer) => writer.write(note))
  if (files.length > 0) additions.push((writer) => writeLines(files, writer, writeFile))
  if (citations.length > 0) additions.push((writer) => writeSources(citations, writer, texts))
  return additions
}

/** What is said about how the answer ended, if anything. */
function noteFor({ text, end, files }: CollectedAnswer, texts: AnswerTexts): string | undefined {
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

function writeSources(citations: readonly CitationEvent[], writer: RichTextWriter, texts: AnswerTexts): void {
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
