import type { InboundMessage, MessageWork } from '../../inbound.ts'
import { respondOrApologise } from '../../messaging/apology.ts'
import type { CollectedAnswer } from '../../messaging/collect-answer.ts'
import { converse, type AskedQuestion } from '../../messaging/converse.ts'
import { describeFile } from '../../messaging/describe-file.ts'
import { fill } from '../../messaging/languages.ts'
import { replyToCommand, runBotCommand, type ChannelReply } from '../../messaging/message-commands.ts'
import { previewAnswer } from './answer-preview.ts'
import { MAX_FILE_MB } from './attachments.ts'
import { composeAnswer, withButtons } from './compose-answer.ts'
import { Delivery } from './delivery.ts'
import { splitFiles } from './file-parts.ts'
import { parseDetail, type Attachment, type MessageDetail } from './message-detail.ts'
import { say, type HandlerContext, type MessageTask } from './message-task.ts'
import { takeDocument } from './take-document.ts'
import { showTyping } from './typing.ts'
import { hearVoice, sayAloud, setVoiceMode, voiceOf } from './voice-messages.ts'

/** Answers what was accepted: commands by themselves, all else by a turn of the bot. */
export async function handleMessage(work: MessageWork, context: HandlerContext): Promise<void> {
  const { account, host } = context
  const detail = parseDetail(work.messages[0].detail)
  const texts = account.texts[detail.language]
  const { chatId, threadId } = detail
  const place = { chatId, threadId, replyTo: isPlain(detail) ? null : detail.messageId }
  const delivery = new Delivery({ account, work, place, openFile: (url) => host.file(url) })
  const task: MessageTask = { host, account, work, detail, texts, place, delivery }
  const deliver = (words: string, part: number): Promise<void> => delivery.deliver(say(words), part)
  await respondOrApologise(() => respond(task), { work, texts, deliver })
}

async function respond(task: MessageTask): Promise<void> {
  const { detail, work } = task
  if (detail.kind !== 'question') return answerCommand(task)
  const document = documentOf(task)
  const voice = voiceOf(detail)
  if (voice) await answerVoice(task, voice)
  else if (document) await answerDocument(task, document)
  else await answerQuestion(task, { question: toQuestion(work.messages), first: 0 })
}

async function answerCommand(task: MessageTask): Promise<void> {
  if (!(await task.delivery.prepare())) return
  const reply = await runBotCommand(task)
  if (typeof reply === 'object') return answerQuestion(task, { question: reply, first: 0 })
  const { text, suggestions = [] } = reply === undefined ? await replyTo(task) : { text: reply }
  await task.delivery.deliver(withButtons(say(text), suggestions))
}

/** Large files and voice are Telegram's own. */
async function replyTo(task: MessageTask): Promise<ChannelReply> {
  const { detail, texts } = task
  if (detail.kind === 'too-large') return { text: fill(texts.fileTooLarge, { limit: MAX_FILE_MB }) }
  if (detail.command === 'voice') return { text: await setVoiceMode(task) }
  return replyToCommand(task)
}

/** The caption is a question about the document, so it waits until that can be found. */
async function answerDocument(task: MessageTask, document: Attachment): Promise<void> {
  const { delivery, work } = task
  const { text, taken } = await takeDocument(task, document)
  await delivery.deliver(say(text))
  if (!taken || work.messages[0].text === '') return
  const question = toQuestion(work.messages, { withFiles: false })
  await answerQuestion(task, { question, first: BEHIND_DOCUMENT })
}

/** What was said is asked as if it had been written. */
async function answerVoice(task: MessageTask, voice: Attachment): Promise<void> {
  const heard = await hearVoice(task, voice)
  if ('reply' in heard) return await task.delivery.deliver(say(heard.reply))
  const [message] = task.work.messages
  const words = [message.text, heard.words].filter((part) => part !== '').join('\n')
  const question = toQuestion([{ ...message, text: words }], { withFiles: false })
  await answerQuestion(task, { question, first: 0 })
}

/** The document of a message, for a bot that takes documents in; of a correction it is there already. */
function documentOf({ host, work, detail }: MessageTask): Attachment | undefined {
  const takes = host.bots.find(work.messages[0].conversation.bot)?.takesDocuments && !detail.edited
  return takes ? detail.attachments.find(({ kind }) => kind === 'document') : undefined
}

/** In a dialogue of two everybody sees what is answered. */
function isPlain({ private: isPrivate, edited, pressed }: MessageDetail): boolean {
  return isPrivate && !edited && !pressed
}

interface Asked {
  readonly question: AskedQuestion
  /** The number of the answer's first message. */
  readonly first: number
}

/** Where the answer to a document's caption begins; what was said of the document stands before it. */
const BEHIND_DOCUMENT = 1_000

async function answerQuestion(task: MessageTask, asked: Asked): Promise<void> {
  const { work, texts, detail, delivery, host } = task
  const { answer, documents } = await splitFiles(await showAnswer(task, asked), host)
  const quote = detail.pressed ? work.messages[0].text : null
  const said = composeAnswer(answer, { texts, quote })
  await delivery.deliver([...said, ...documents], asked.first)
  await sayAloud(task, answer.text)
}

/** Shows the answer while it is written. */
async function showAnswer(task: MessageTask, { question, first }: Asked): Promise<CollectedAnswer> {
  const { account, work, detail, place, delivery } = task
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
    // Only the first message is shown while it is written, and here that is about the document.
    return await converse(task, question, (text) => first === 0 && preview.update(text))
  } finally {
    stopTyping()
    await preview.stop()
  }
}

/** What the bot is asked: the words, who said them in a group, what they refer to, which files came with them. */
function toQuestion(messages: readonly InboundMessage[], { withFiles = true } = {}): AskedQuestion {
  return {
    ask: messages.map((message) => toParagraphs(message, withFiles).join('\n\n')).join('\n\n'),
    search: messages.flatMap(({ text }) => text || []).join('\n'),
  }
}

/** A quoted message is context, not the question. */
const LONGEST_QUOTE = 1_000

function toParagraphs({ text, detail }: InboundMessage, withFiles: boolean): readonly string[] {
  const { author, quoted, edited, attachments } = parseDetail(detail)
  const words = [author === null || text === '' ? '' : `${author.replaceAll(/\s+/g, ' ')}: `, text].join('')
  return [
    ...(quoted === null ? [] : [quote(quoted.slice(0, LONGEST_QUOTE))]),
    ...(text === '' ? [] : [edited ? `[Corrected message] ${words}` : words]),
    ...(withFiles ? attachments.map(describeFile) : []),
  ]
}

function quote(text: string): string {
  return text.replaceAll(/^/gm, '> ')
}
