import type { FileEvent } from '../../events.ts'
import type { InboundMessage } from '../../inbound.ts'
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

/** Answers by a turn of the bot, and shows the answer while it is written. */
export async function answerQuestion(task: MessageTask, question: AskedQuestion): Promise<void> {
  const { texts, delivery, publicUrl } = task
  const answer = await showAnswer(task, question)
  const files = answer.files.map((file) => toLinked(file, publicUrl))
  const composed = composeAnswer({ ...answer, files }, { texts, quote: null })
  const parts = toBBCodeParts(composed).map((text) => ({ text }))
  await delivery.deliver(withSuggestions(parts, answer.suggestions))
}

/** Files of this server are known by their path. */
function toLinked(file: FileEvent, publicUrl: string | undefined): FileEvent {
  return file.url.startsWith('/') && publicUrl !== undefined ? { ...file, url: publicUrl + file.url } : file
}

async function showAnswer(task: MessageTask, question: AskedQuestion): Promise<CollectedAnswer> {
  const { portal, work, detail, delivery } = task
  const stopTyping = showTyping(portal, detail.dialogId, work.signal)
  const preview = new PacedPreview({
    // The finished answer comes anyway.
    show: async (markdown) => {
      const [first] = toBBCodeParts(formatMarkdown(markdown))
      if (first !== undefined) await delivery.preview({ text: first }).catch(() => undefined)
    },
    pauseMs: PREVIEW_PAUSE_MS,
  })
  try {
    return await converse(task, question, (text) => preview.update(text))
  } finally {
    stopTyping()
    await preview.stop()
  }
}

/** What the bot is asked: the words, in a group who said them, and whether they correct others. */
export function toQuestion(messages: readonly InboundMessage[]): AskedQuestion {
  const ask = messages.map(({ text, detail }) => {
    const { author, edited } = parseDetail(detail)
    const words = author === null ? text : `${author.replaceAll(/\s+/g, ' ')}: ${text}`
    return edited ? `[Corrected message] ${words}` : words
  })
  return { ask: ask.join('\n\n'), search: messages.map(({ text }) => text).join('\n') }
}
