import type { CommandQuestion } from '../../bot-commands.ts'
import type { FileEvent } from '../../events.ts'
import type { InboundMessage } from '../../inbound.ts'
import { collectAnswer, type CollectedAnswer } from '../../messaging/collect-answer.ts'
import { composeAnswer } from '../../messaging/compose-answer.ts'
import { formatMarkdown } from '../../messaging/format-markdown.ts'
import { PacedPreview } from '../../messaging/paced-preview.ts'
import { failureToTryAgain } from '../../messaging/try-again.ts'
import { toBBCodeParts } from './bbcode.ts'
import { parseDetail } from './message-detail.ts'
import { withSuggestions, type MessageTask } from './message-task.ts'
import { showTyping } from './typing.ts'

/** A portal allows two calls a second, and most of them are for answers. */
const PREVIEW_PAUSE_MS = 1_500

/** `search`: the bare words, where the question says more, such as who asks. */
type AskedQuestion = CommandQuestion & { readonly search?: string }

/** Answers by a turn of the bot, and shows the answer while it is written. */
export async function answerQuestion(task: MessageTask, question: AskedQuestion): Promise<void> {
  const { texts, delivery, publicUrl } = task
  const answer = await converse(task, question)
  const files = answer.files.map((file) => toLinked(file, publicUrl))
  const composed = composeAnswer({ ...answer, files }, { texts, quote: null })
  const parts = toBBCodeParts(composed).map((text) => ({ text }))
  await delivery.deliver(withSuggestions(parts, answer.suggestions))
}

/** Files of this server are known by their path. */
function toLinked(file: FileEvent, publicUrl: string | undefined): FileEvent {
  return file.url.startsWith('/') && publicUrl !== undefined ? { ...file, url: publicUrl + file.url } : file
}

async function converse(task: MessageTask, question: AskedQuestion): Promise<CollectedAnswer> {
  const { portal, work, detail, delivery } = task
  const [{ conversation, subject }] = work.messages
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
    const answer = await work.converse({
      conversation,
      subject,
      group: !detail.private,
      language: detail.language,
      text: question.ask,
      ...(question.search && { question: question.search }),
      ...(question.passages && { passages: question.passages }),
    })
    const collected = await collectAnswer(answer, (soFar) => preview.update(soFar))
    work.signal.throwIfAborted()
    const failure = failureToTryAgain(collected, work)
    if (failure) throw failure
    return collected
  } finally {
    stopTyping()
    await preview.stop()
  }
}

/** What the bot is asked: the words, and in a group who said them. */
export function toQuestion(messages: readonly InboundMessage[]): AskedQuestion {
  const ask = messages.map(({ text, detail }) => {
    const { author } = parseDetail(detail)
    return author === null ? text : `${author.replaceAll(/\s+/g, ' ')}: ${text}`
  })
  return { ask: ask.join('\n\n'), search: messages.map(({ text }) => text).join('\n') }
}
