import { AppError, toAppError } from '../../errors.ts'
import type { InboundMessage, MessageWork } from '../../inbound.ts'
import type { BotInfo, Host } from '../channel.ts'
import type { TelegramAccount } from './account.ts'
import { previewAnswer } from './answer-preview.ts'
import { describeAttachment, MAX_FILE_MB } from './attachments.ts'
import { collectAnswer, type CollectedAnswer } from './collect-answer.ts'
import { composeAnswer, sentenceFor, withButtons } from './compose-answer.ts'
import { Delivery, type AnswerPart, type ChatPlace } from './delivery.ts'
import { formatMarkdown } from './format-markdown.ts'
import { parseDetail, type MessageDetail } from './message-detail.ts'
import { splitText } from './split-text.ts'
import { fill } from './texts.ts'
import type { TelegramTexts } from './texts/telegram-texts.ts'
import { showTyping } from './typing.ts'

export interface HandlerContext {
  readonly host: Host
  readonly account: TelegramAccount
}

/** One message, or an album, with what its handling needs. */
interface Task extends HandlerContext {
  readonly work: MessageWork
  readonly detail: MessageDetail
  readonly texts: TelegramTexts
  readonly place: ChatPlace
  readonly delivery: Delivery
}

/** Answers what was accepted: commands by themselves, all else by a turn of the bot. */
export async function handleMessage(work: MessageWork, context: HandlerContext): Promise<void> {
  const { account, host } = context
  const detail = parseDetail(work.messages[0].detail)
  const texts = account.texts[detail.language]
  const { chatId, threadId } = detail
  const place = { chatId, threadId, replyTo: isPlain(detail) ? null : detail.messageId }
  const delivery = new Delivery({ account, work, place })
  const task: Task = { host, account, work, detail, texts, place, delivery }
  if (detail.kind === 'question') await answerQuestion(task)
  else await delivery.deliver(await replyTo(task))
}

/** In a dialogue of two everybody sees what is answered. */
function isPlain({ private: isPrivate, edited, pressed }: MessageDetail): boolean {
  return isPrivate && !edited && !pressed
}

async function replyTo(task: Task): Promise<readonly AnswerPart[]> {
  const { detail, texts, host, work } = task
  const { conversation } = work.messages[0]
  if (detail.kind === 'unsupported') return say(texts.unsupported)
  if (detail.kind === 'too-large') return say(fill(texts.fileTooLarge, { limit: MAX_FILE_MB }))
  switch (detail.command) {
    case 'start':
      return greet(texts, host.bots.find(conversation.bot))
    case 'ask':
      return say(texts.askUsage)
    case 'clear':
      await host.clear(conversation)
      return say(texts.cleared)
    case 'link':
      return say(await link(task))
    case 'stop':
      return say(detail.stopped ? texts.stopped : texts.nothingToStop)
    default:
      return say(texts.help)
  }
}

/** A wrong code is tried once: asking again cannot make it right, and wears the limit out. */
async function link({ detail, texts, host, work }: Task): Promise<string> {
  if (!detail.private) return texts.linkPrivately
  const [{ subject, text }] = work.messages
  try {
    if (await host.link(subject, text)) return texts.linked
    return sentenceFor(new AppError('link_code_invalid'), texts)
  } catch (error) {
    if (error instanceof AppError && error.code === 'rate_limited') return sentenceFor(error, texts)
    throw error
  }
}

function say(markdown: string): readonly AnswerPart[] {
  return splitText(formatMarkdown(markdown))
}

function greet(texts: TelegramTexts, bot: BotInfo | undefined): readonly AnswerPart[] {
  const { title = '', description = '', suggestions = [] } = bot ?? {}
  return withButtons(say(fill(texts.start, { title, description })), suggestions)
}

async function answerQuestion(task: Task): Promise<void> {
  const { work, texts, detail, delivery } = task
  try {
    const answer = await converse(task)
    const quote = detail.pressed ? work.messages[0].text : null
    await delivery.deliver(composeAnswer(answer, { texts, quote }))
  } catch (error) {
    work.signal.throwIfAborted()
    if (work.lastAttempt || !isRetryable(error)) await apologise(task, toAppError(error))
    throw error
  }
}

function isRetryable(error: unknown): boolean {
  return !(error instanceof AppError) || error.retryable
}

/** A part of its own: when an operator has the message answered after all, the answer finds its place free. */
const APOLOGY = 20_000

/** The last word to the person; if that fails as well, the first error counts. */
async function apologise({ delivery, texts }: Task, { code, message }: AppError): Promise<void> {
  // Whoever cannot be reached is not told so.
  if (code.startsWith('channel_')) return
  const words = say(`⚠️ ${sentenceFor({ code, message }, texts)}`)
  await delivery.deliver(words, APOLOGY).catch(() => undefined)
}

async function converse(task: Task): Promise<CollectedAnswer> {
  const { account, work, detail, place, delivery } = task
  const [{ conversation, subject }] = work.messages
  const stopTyping = showTyping(account, place, work.signal)
  const preview = previewAnswer({
    account,
    delivery,
    place,
    private: detail.private,
    id: work.id,
    signal: work.signal,
  })
  try {
    const answer = await work.converse({
      conversation,
      subject,
      group: !detail.private,
      text: toQuestion(work.messages),
    })
    const collected = await collectAnswer(answer, (text) => preview.update(text))
    work.signal.throwIfAborted()
    const failure = failureToTryAgain(collected, work)
    if (failure) throw failure
    return collected
  } finally {
    stopTyping()
    await preview.stop()
  }
}

/**
 * The server went down while it wrote: the answer is written anew, unless that was tried too often. The model may be
 * back later: as long as nothing was said the question is asked again, and in the end the person is told.
 */
function failureToTryAgain({ end, text, files }: CollectedAnswer, work: MessageWork): AppError | undefined {
  if (end.type !== 'error') return undefined
  const again =
    end.code === 'interrupted' ? !work.lastAttempt : end.retryable && text === '' && files.length === 0
  return again ? new AppError(end.code) : undefined
}

/** What the bot is asked: the words, who said them in a group, what they refer to, which files came with them. */
function toQuestion(messages: readonly InboundMessage[]): string {
  return messages.map((message) => toParagraphs(message).join('\n\n')).join('\n\n')
}

/** A quoted message is context, not the question. */
const LONGEST_QUOTE = 1_000

function toParagraphs({ text, detail }: InboundMessage): readonly string[] {
  const { author, quoted, edited, attachments } = parseDetail(detail)
  const words = [author === null || text === '' ? '' : `${author.replaceAll(/\s+/g, ' ')}: `, text].join('')
  return [
    ...(quoted === null ? [] : [quote(quoted.slice(0, LONGEST_QUOTE))]),
    ...(text === '' ? [] : [edited ? `[Corrected message] ${words}` : words]),
    ...attachments.map(describeAttachment),
  ]
}

function quote(text: string): string {
  return text.replaceAll(/^/gm, '> ')
}
