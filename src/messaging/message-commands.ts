import type { CommandReply, Language } from '../bot-commands.ts'
import type { ConversationKey } from '../conversation.ts'
import { AppError } from '../errors.ts'
import type { MessageWork } from '../inbound.ts'
import type { TelegramSentences } from '../telegram-options.ts'
import { toWarning } from './apology.ts'
import { sentenceFor, type AnswerTexts } from './compose-answer.ts'
import { fill } from './languages.ts'

/** What a channel knows of a message that is a command. */
interface CommandDetail {
  readonly kind: string
  readonly command: string
  readonly language: Language
  /** False in groups. */
  readonly private: boolean
  /** `/stop` has stopped an answer. */
  readonly stopped: boolean
}

/** What commands are replied to with. */
export interface CommandTexts
  extends Pick<AnswerTexts, 'errors'>, Omit<TelegramSentences, 'fileTooLarge' | 'sources'> {}

interface GreetingBot {
  readonly title: string
  readonly description: string
  readonly suggestions: readonly string[]
}

interface SentCommand {
  readonly work: Pick<MessageWork, 'messages' | 'signal'>
  readonly detail: CommandDetail
  readonly texts: CommandTexts
  readonly host: {
    command(call: {
      readonly conversation: ConversationKey
      readonly subject: string
      readonly group: boolean
      readonly name: string
      readonly text: string
      readonly language: Language
      readonly signal: AbortSignal
    }): Promise<CommandReply | undefined>
    link(subject: string, code: string): Promise<boolean>
    clear(conversation: ConversationKey): Promise<void>
    readonly bots: { find(name: string): GreetingBot | undefined }
  }
}

/** What a channel says by itself. */
export interface ChannelReply {
  /** Markdown. */
  readonly text: string
  /** What people may press. */
  readonly suggestions?: readonly string[]
}

/** Carries out a command of the channel; what cannot be answered at all gets a reply, too. */
export async function replyToCommand(sent: SentCommand): Promise<ChannelReply> {
  const { detail, texts, host, work } = sent
  const [{ conversation }] = work.messages
  if (detail.kind === 'unsupported') return { text: texts.unsupported }
  switch (detail.command) {
    case 'start':
      return greet(texts, host.bots.find(conversation.bot))
    case 'ask':
      return { text: texts.askUsage }
    case 'clear':
      await host.clear(conversation)
      return { text: texts.cleared }
    case 'link':
      return { text: await linkSender(sent) }
    case 'stop':
      return { text: detail.stopped ? texts.stopped : texts.nothingToStop }
    default:
      return { text: texts.help }
  }
}

function greet(texts: CommandTexts, bot: GreetingBot | undefined): ChannelReply {
  const { title = '', description = '', suggestions = [] } = bot ?? {}
  return { text: fill(texts.start, { title, description }), suggestions }
}

/** What a command of the bot replies; undefined when it has none of that name. */
export async function runBotCommand(sent: SentCommand): Promise<CommandReply | undefined> {
  const { host, work, detail, texts } = sent
  if (detail.kind !== 'command') return undefined
  const [{ conversation, subject, text }] = work.messages
  const { command: name, language } = detail
  const call = { conversation, subject, group: !detail.private, name, text, language, signal: work.signal }
  try {
    return await host.command(call)
  } catch (error) {
    if (error instanceof AppError && !error.retryable) return toWarning(error, texts)
    throw error
  }
}

/** Links the sender by the code they sent. A wrong one is tried once: asking again wears the limit out. */
async function linkSender({ detail, texts, host, work }: SentCommand): Promise<string> {
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
