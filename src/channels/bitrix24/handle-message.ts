import type { MessageWork } from '../../inbound.ts'
import { respondOrApologise } from '../../messaging/apology.ts'
import { replyToCommand, runBotCommand } from '../../messaging/message-commands.ts'
import { answerFiles } from './answer-files.ts'
import { answerQuestion, toQuestion } from './answer-question.ts'
import { Delivery } from './delivery.ts'
import { parseDetail } from './message-detail.ts'
import { say, withSuggestions, type HandlerContext, type MessageTask } from './message-task.ts'

/** Answers what was accepted: commands by themselves, all else by a turn of the bot. */
export async function handleMessage(work: MessageWork, context: HandlerContext): Promise<void> {
  const { portal, host, publicUrl } = context
  const detail = parseDetail(work.messages[0].detail)
  const texts = context.texts[detail.language]
  const delivery = new Delivery({ portal, work, dialogId: detail.dialogId })
  const task: MessageTask = { host, portal, work, detail, texts, delivery, publicUrl }
  const deliver = (words: string, part: number): Promise<void> => delivery.deliver(say(words), part)
  await respondOrApologise(() => respond(task), { work, texts, deliver })
}

async function respond(task: MessageTask): Promise<void> {
  const { detail, delivery, work } = task
  if (detail.kind === 'question' && detail.attachments.length > 0) return answerFiles(task)
  if (detail.kind === 'question') return answerQuestion(task, toQuestion(work.messages))
  if (!(await delivery.prepare())) return
  const reply = await runBotCommand(task)
  if (typeof reply === 'object') return answerQuestion(task, reply)
  const { text, suggestions = [] } = reply === undefined ? await replyToCommand(task) : { text: reply }
  await delivery.deliver(withSuggestions(say(text), suggestions))
}
