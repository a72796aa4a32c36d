import { languageFor, type CommandQuestion, type CommandReply, type Language } from '../bot-commands.ts'
import type { TurnInput } from './turn.ts'

/** `/name` and the space behind it, as `BotCommand.name` allows. */
const COMMAND = /^\/([a-z\d_]{1,32})(?:\s+|$)/i

/**
 * Runs the command of the bot that the message is, for channels that leave commands in the text; undefined when it is
 * none. What a command asked, with passages, is never one.
 */
export async function runCommand(input: TurnInput, signal: AbortSignal): Promise<CommandReply | undefined> {
  const { bot, question, passages, services } = input
  const last = input.messages.at(-1)
  if (last?.role !== 'user' || passages) return undefined
  const text = (question ?? last.text).trim()
  const [whole = '', name = ''] = COMMAND.exec(text) ?? []
  const command = bot.commands.find((one) => one.name === name.toLowerCase())
  return await command?.run(text.slice(whole.length), { language: languageOf(input), services, signal })
}

/** The same turn with the question that a command led to. */
export function askInstead(input: TurnInput, { ask, passages }: CommandQuestion): TurnInput {
  const messages = [...input.messages.slice(0, -1), { role: 'user', text: ask } as const]
  return { ...input, messages, question: ask, ...(passages && { passages }) }
}

/** Of the person's client; unknown, that of the letters they write with. */
function languageOf({ language, messages }: TurnInput): Language {
  if (language !== undefined) return languageFor(language)
  const russian = messages.some((one) => one.role === 'user' && /\p{Script=Cyrillic}/u.test(one.text))
  return russian ? 'ru' : 'en'
}
