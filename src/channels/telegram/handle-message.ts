import type { CommandQuestion } from '../../bot-commands.ts'
import type { InboundMessage, MessageWork } from '../../inbound.ts'
import { APOLOGY, apologyFor } from '../../messaging/apology.ts'
import { collectAnswer, type CollectedAnswer } from '../../messaging/collect-answer.ts'
import { fill } from '../../messaging/languages.ts'
import { linkSender, runBotCommand } from '../../messaging/message-commands.ts'
import { failureToTryAgain } from '../../messaging/try-again.ts'
import type { BotInfo } from '../channel.ts'
import { previewAnswer } from './answer-preview.ts'
import { describeAttachment, MAX_FILE_MB } from './attachments.ts'
import { composeAnswer, withButtons } from './compose-answer.ts'
import { Delivery, type AnswerPart } from './delivery.ts'
import { splitFiles } from './file-parts.ts'
import { parseDetail, type Attachment, type MessageDetail } from './message-detail.ts'
import { say, type HandlerContext, type MessageTask } from './message-task.ts'
import { takeDocument } from './take-document.ts'
import type { TelegramTexts } from './texts/telegram-texts.ts'
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
  if (detail.kind !== 'question') {
    const reply = await runBotCommand(task)
    if (typeof reply === 'object') await answerQuestion(task, { question: reply, first: 0 })
    else await delivery.deliver(reply === undefined ? await replyTo(task) : say(reply))
    return
  }
  const document = documentOf(task)
  const voice = voiceOf(detail)
  if (voice) await answerVoice(task, voice)
  else if (document) await answerDocument(task, document)
  else await answerQuestion(task, { question: toQuestion(work.messages), first: 0 })
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

async function replyTo(task: MessageTask): Promise<readonly AnswerPart[]> {
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
      return say(await linkSender(task))
    case 'voice':
      return say(await setVoiceMode(task))
    case 'stop':
      return say(detail.stopped ? texts.stopped : texts.nothingToStop)
    default:
      return say(texts.help)
  }
}

function greet(texts: TelegramTexts, bot: BotInfo | undefined): readonly AnswerPart[] {
  const { title = '', description = '', suggestions = [] } = bot ?? {}
  return withButtons(say(fill(texts.start, { title, description })), suggestions)
}

interface Asked {
  readonly question: CommandQuestion & { readonly search?: string }
  /** The number of the answer's first message. */
  readonly first: number
}

/** Where the answer to a document's caption begins; what was said of the document stands before it. */
const BEHIND_DOCUMENT = 1_000

async function answerQuestion(task: MessageTask, asked: Asked): Promise<void> {
  const { work, texts, detail, delivery, host } = task
  const { answer, documents } = await splitFiles(await converse(task, asked), host)
  const quote = detail.pressed ? work.messages[0].text : null
  const said = composeAnswer(answer, { texts, quote })
  await delivery.deliver([...said, ...documents], asked.first)
  await sayAloud(task, answer.text)
}

/** If the last word fails as well, the first error counts. */
async function apologise({ delivery, work, texts }: MessageTask, error: unknown): Promise<void> {
  const words = apologyFor(error, work, texts)
  if (words !== undefined) await delivery.deliver(say(words), APOLOGY).catch(() => undefined)
}

async function converse(task: MessageTask, { question, first }: Asked): Promise<CollectedAnswer> {
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
      text: question.ask,
      language: detail.language,
      ...(question.search && { question: question.search }),
      ...(question.passages && { passages: question.passages }),
    })
    // Only the first message is shown while it is written, and here that is about the document.
    const collected = await collectAnswer(answer, (text) => first === 0 && preview.update(text))
    work.signal.throwIfAborted()
    const failure = failureToTryAgain(collected, work)
    if (failure) throw failure
    return collected
  } finally {
    stopTyping()
    await preview.stop()
  }
}

/** What the bot is asked: the words, who said them in a group, what they refer to, which files came with them. */
function toQuestion(messages: readonly InboundMessage[], { withFiles = true } = {}): Asked['question'] {
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
    ...(withFiles ? attachments.map(describeAttachment) : []),
  ]
}

function quote(text: string): string {
  return text.replaceAll(/^/gm, '> ')
}
