import type { FileEvent } from '../../events.ts'
import type { CollectedAnswer } from '../../messaging/collect-answer.ts'
import { composeAnswer } from '../../messaging/compose-answer.ts'
import { converse, type AskedQuestion } from '../../messaging/converse.ts'
import { formatMarkdown } from '../../messaging/format-markdown.ts'
import { PacedPreview } from '../../messaging/paced-preview.ts'
import { toBBCodeParts } from './bbcode.ts'
import { parseDetail } from './message-detail.ts'
import { withSuggestions, type MessageTask } from './message-task.ts'
import { showTyping } from './typing.ts'

/** A portal allows two calls a second, and most of them are for answers. */
const PREVIEW_PAUSE_MS = 1_500

/**
 * Answers by a turn of the bot, and shows the answer while it is written. `first` is the number of the answer's first
 * message.
 */
export async function answerQuestion(
  task: MessageTask,
  question: AskedQuestion,
  first: number = 0,
): Promise<void> {
  const { texts, delivery, publicUrl } = task
  const answer = await showAnswer(task, question, first)
  const files = answer.files.map((file) => toLinked(file, publicUrl))
  const composed = composeAnswer({ ...answer, files }, { texts, quote: null })
  const parts = toBBCodeParts(composed).map((text) => ({ text }))
  await delivery.deliver(withSuggestions(parts, answer.suggestions), first)
}

/** Files of this server are known by their path. */
function toLinked(file: FileEvent, publicUrl: string | undefined): FileEvent {
  return file.url.startsWith('/') && publicUrl !== undefined ? { ...file, url: publicUrl + file.url } : file
}

async function showAnswer(
  task: MessageTask,
  question: AskedQuestion,
  first: number,
): Promise<CollectedAnswer> {
  const { portal, work, detail, delivery } = task
  const stopTyping = showTyping(portal, detail.dialogId, work.signal)
  const preview = new PacedPreview({
    // The finished answer comes anyway.
    show: async (markdown) => {
      const [text] = toBBCodeParts(formatMarkdown(markdown))
      if (text !== undefined) await delivery.preview({ text }).catch(() => undefined)
    },
    pauseMs: PREVIEW_PAUSE_MS,
  })
  try {
    // Only the first message is shown while it is written, and behind a document that is about the document.
    return await converse(task, question, (text) => first === 0 && preview.update(text))
  } finally {
    stopTyping()
    await preview.stop()
  }
}

/**
 * What the bot is asked: the words, in a group who said them, whether they correct others, and which files came with
 * them, a line each.
 */
export function toQuestion(
  [{ text, detail }]: MessageTask['work']['messages'],
  { words = text, files = [] }: { readonly words?: string; readonly files?: readonly string[] } = {},
): AskedQuestion {
  const { author, edited } = parseDetail(detail)
  const said = author === null ? words : `${author.replaceAll(/\s+/g, ' ')}: ${words}`
  const paragraphs = [...(words === '' ? [] : [edited ? `[Corrected message] ${said}` : said]), ...files]
  return { ask: paragraphs.join('\n\n'), search: words }
}
