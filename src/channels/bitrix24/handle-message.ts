import type { CommandReply } from '../../bot-commands.ts'
import { AppError, toAppError } from '../../errors.ts'
import type { MessageWork } from '../../inbound.ts'
import { sentenceFor } from '../../messaging/compose-answer.ts'
import { fill } from '../../messaging/languages.ts'
import type { BotInfo } from '../channel.ts'
import { answerQuestion, toQuestion } from './answer-question.ts'
import { Delivery, type AnswerPart } from './delivery.ts'
import { parseDetail } from './message-detail.ts'
import { say, withSuggestions, type HandlerContext, type MessageTask } from './message-task.ts'
import type { BitrixTexts } from './texts/bitrix-texts.ts'

/** Answers what was accepted: commands by themselves, all else by a turn of the bot. */
export async function handleMessage(work: MessageWork, context: HandlerContext): Promise<void> {
  const { portal, host, publicUrl } = context
  const detail = parseDetail(work.messages[0].detail)
  const texts = context.texts[detail.language]
  const delivery = new Delivery({ portal, work, dialogId: detail.dialogId })
  const task: MessageTask = { host, portal, work, detail, texts, delivery, publicUrl }
  try {
    await respond(task)
  } catch (error) {
    work.signal.throwIfAborted()
    if (work.lastAttempt || !isRetryable(error)) await apologise(task, toAppError(error))
    throw error
  }
}

async function respond(task: MessageTask): Promise<void> {
  const { detail, delivery, work } = task
  if (detail.kind === 'question') return answerQuestion(task, toQuestion(work.messages))
  const reply = await runCommand(task)
  if (typeof reply === 'object') await answerQuestion(task, reply)
  else await delivery.deliver(reply === undefined ? await replyTo(task) : say(reply))
}

/** What a command of the bot replies; undefined when it has none of that name. */
async function runCommand({ host, work, detail, texts }: MessageTask): Promise<CommandReply | undefined> {
  const [{ conversation, subject, text }] = work.messages
  if (detail.kind !== 'command') return undefined
  const { command: name, language } = detail
  const call = { conversation, subject, group: !detail.private, name, text, language, signal: work.signal }
  try {
    return await host.command(call)
  } catch (error) {
    if (error instanceof AppError && !error.retryable) return `⚠️ ${sentenceFor(error, texts)}`
    throw error
  }
}

async function replyTo(task: MessageTask): Promise<readonly AnswerPart[]> {
  const { detail, texts, host, work } = task
  const { conversation } = work.messages[0]
  if (detail.kind === 'unsupported') return say(texts.unsupported)
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
async function link({ detail, texts, host, work }: MessageTask): Promise<string> {
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

function greet(texts: BitrixTexts, bot: BotInfo | undefined): readonly AnswerPart[] {
  const { title = '', description = '', suggestions = [] } = bot ?? {}
  return withSuggestions(say(fill(texts.start, { title, description })), suggestions)
}

function isRetryable(error: unknown): boolean {
  return !(error instanceof AppError) || error.retryable
}

/** A part of its own: when an operator has the message answered after all, the answer finds its place free. */
const APOLOGY = 20_000

/** The last word to the person; if that fails as well, the first error counts. */
async function apologise({ delivery, texts }: MessageTask, { code, message }: AppError): Promise<void> {
  // Whoever cannot be reached is not told so.
  if (code.startsWith('channel_')) return
  const words = say(`⚠️ ${sentenceFor({ code, message }, texts)}`)
  await delivery.deliver(words, APOLOGY).catch(() => undefined)
}
