import type { MessageWork } from '../../inbound.ts'
import { APOLOGY, apologyFor } from '../../messaging/apology.ts'
import { fill } from '../../messaging/languages.ts'
import { linkSender, runBotCommand } from '../../messaging/message-commands.ts'
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
    await apologise(task, error)
    throw error
  }
}

async function respond(task: MessageTask): Promise<void> {
  const { detail, delivery, work } = task
  if (detail.kind === 'question') return answerQuestion(task, toQuestion(work.messages))
  const reply = await runBotCommand(task)
  if (typeof reply === 'object') await answerQuestion(task, reply)
  else await delivery.deliver(reply === undefined ? await replyTo(task) : say(reply))
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
      return say(await linkSender(task))
    case 'stop':
      return say(detail.stopped ? texts.stopped : texts.nothingToStop)
    default:
      return say(texts.help)
  }
}

function greet(texts: BitrixTexts, bot: BotInfo | undefined): readonly AnswerPart[] {
  const { title = '', description = '', suggestions = [] } = bot ?? {}
  return withSuggestions(say(fill(texts.start, { title, description })), suggestions)
}

/** If the last word fails as well, the first error counts. */
async function apologise({ delivery, work, texts }: MessageTask, error: unknown): Promise<void> {
  const words = apologyFor(error, work, texts)
  if (words !== undefined) await delivery.deliver(say(words), APOLOGY).catch(() => undefined)
}
