import type { TelegramEntity, TelegramMessage } from './telegram-update.ts'
import { COMMANDS } from './texts/telegram-texts.ts'

/** The bot as Telegram knows it. */
export interface BotIdentity {
  readonly id: number
  /** Without @. */
  readonly username: string
  /** Commands of its own, beside those of the channel. */
  readonly commands: readonly string[]
}

/** What a message asks of the bot, without the signs that address it. */
export type Request =
  | { readonly kind: 'command'; readonly command: string; readonly text: string }
  | { readonly kind: 'words'; readonly text: string }

/**
 * What a message wants of this bot; undefined when it is not for us. In a group that is a command, a mention or a
 * reply to the bot; in private, everything. A command for another bot (`/help@other_bot`) is for none but that.
 */
export function readRequest(message: TelegramMessage, bot: BotIdentity): Request | undefined {
  const text = (message.text ?? message.caption ?? '').replaceAll('\u{0}', '')
  const isPrivate = message.chat.type === 'private'
  const command = /^\/([a-z\d_]{1,32})(?:@(\w+))?(?:\s+|$)/i.exec(text)
  if (command) return readCommand({ command, text, isPrivate }, bot)
  const mentions = mentionsOf(message, text, bot)
  if (!isPrivate && mentions.length === 0 && !isReplyTo(message, bot)) return undefined
  return { kind: 'words', text: isPrivate ? text : without(text, mentions) }
}

interface CommandText {
  readonly command: RegExpExecArray
  readonly text: string
  readonly isPrivate: boolean
}

function readCommand({ command, text, isPrivate }: CommandText, bot: BotIdentity): Request | undefined {
  const [whole, name = '', addressee] = command
  if (addressee !== undefined && addressee.toLowerCase() !== bot.username.toLowerCase()) return undefined
  const lower = name.toLowerCase()
  const known = [...COMMANDS, ...bot.commands].includes(lower)
  // Other bots of the group may know it.
  if (!known && !isPrivate && addressee === undefined) return undefined
  return { kind: 'command', command: lower, text: text.slice(whole.length).trim() }
}

function mentionsOf(message: TelegramMessage, text: string, bot: BotIdentity): readonly TelegramEntity[] {
  const entities = message.entities ?? message.caption_entities ?? []
  const name = `@${bot.username}`.toLowerCase()
  return entities.filter(({ type, offset, length, user }) => {
    if (type === 'text_mention') return user?.id === bot.id
    return type === 'mention' && text.slice(offset, offset + length).toLowerCase() === name
  })
}

/** All messages of a topic reply to the one that began it; that says nothing. */
function isReplyTo({ reply_to_message: original }: TelegramMessage, bot: BotIdentity): boolean {
  return original?.from?.id === bot.id && original.forum_topic_created === undefined
}

function without(text: string, mentions: readonly TelegramEntity[]): string {
  let rest = text
  for (const { offset, length } of mentions.toReversed())
    rest = `${rest.slice(0, offset).trimEnd()} ${rest.slice(offset + length).replace(/^[\s,:]+/, '')}`
  return rest.trim()
}
