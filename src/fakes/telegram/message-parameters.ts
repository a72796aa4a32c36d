import type { Account } from './account.ts'
import type { ChatState, StoredMessage } from './chats.ts'
import { formatText } from './format-text.ts'
import type { FormattedText } from './format-text.ts'
import type { Parameters } from './parameters.ts'
import { parseHtml } from './parse-html.ts'
import { parseMarkdown } from './parse-markdown.ts'
import { badRequest } from './telegram-error.ts'
import type { InlineKeyboard, TelegramContent, TelegramEntity, TelegramMessage } from './telegram-types.ts'

const MAX_TEXT = 4_096
const MAX_CAPTION = 1_024
const MAX_BUTTON_BYTES = 64

/** `text` with `entities`; empty when nothing is left of it. */
export function readText(parameters: Parameters): FormattedText {
  const formatted = readFormatted(parameters, 'text', 'entities')
  if (countCodePoints(formatted.text) > MAX_TEXT) throw badRequest('message is too long')
  return formatted
}

export function readCaption(parameters: Parameters): Pick<TelegramContent, 'caption' | 'caption_entities'> {
  const { text, entities } = readFormatted(parameters, 'caption', 'caption_entities')
  if (countCodePoints(text) > MAX_CAPTION) throw badRequest('message caption is too long')
  return {
    ...(text !== '' && { caption: text }),
    ...(entities.length > 0 && { caption_entities: entities }),
  }
}

/** Limits count these, entities count UTF-16 units. */
function countCodePoints(text: string): number {
  return Array.from(text).length
}

function readFormatted(parameters: Parameters, text: string, entities: string): FormattedText {
  const raw = parameters.text(text)
  switch (parameters.text('parse_mode').toLowerCase()) {
    case '':
    case 'none':
      return formatText(raw, readEntities(parameters, entities))
    case 'html': {
      const parsed = parseHtml(raw)
      return formatText(parsed.text, parsed.entities)
    }
    case 'markdownv2': {
      const parsed = parseMarkdown(raw)
      return formatText(parsed.text, parsed.entities)
    }
    case 'markdown':
      throw badRequest('this fake does not know the old parse_mode Markdown: use MarkdownV2')
    default:
      throw badRequest('unsupported parse_mode')
  }
}

function readEntities(parameters: Parameters, name: string): readonly TelegramEntity[] {
  const listed = parameters.json(name, 'message entities') ?? []
  if (!Array.isArray(listed)) throw badRequest('expected an Array of MessageEntity')
  return listed as readonly TelegramEntity[]
}

/** Sends into the chat the parameters name; it ends the draft there. */
export function post(account: Account, parameters: Parameters, content: TelegramContent): TelegramMessage {
  const { chats, bot } = account
  const state = chats.findWritable(parameters.text('chat_id'))
  const threadId = readThread(state, parameters)
  const replyTo = readReply(state, parameters)
  const markup = readMarkup(parameters)
  state.draft = undefined
  return chats.addMessage(state, {
    from: bot,
    threadId,
    replyTo,
    content: { ...content, ...(markup && { reply_markup: markup }) },
  })
}

export function readThread(state: ChatState, parameters: Parameters): number | undefined {
  const threadId = parameters.integer('message_thread_id')
  if (threadId === undefined || threadId === 0) return undefined
  if (!state.threads.has(threadId)) throw badRequest('message thread not found')
  return threadId
}

function readReply(state: ChatState, parameters: Parameters): TelegramMessage | undefined {
  const asked = (parameters.json('reply_parameters', 'reply parameters') ?? {}) as {
    readonly message_id?: number
    readonly allow_sending_without_reply?: boolean
  }
  const id = asked.message_id ?? parameters.integer('reply_to_message_id')
  if (id === undefined || id === 0) return undefined
  const stored = state.messages.get(id)
  if (stored && !stored.deleted) return stored.message
  if (asked.allow_sending_without_reply === true || parameters.flag('allow_sending_without_reply'))
    return undefined
  throw badRequest('message to be replied not found')
}

/** Only an inline keyboard becomes part of the message. */
export function readMarkup(parameters: Parameters): InlineKeyboard | undefined {
  const markup = parameters.json('reply_markup', 'reply keyboard markup')
  if (markup === undefined) return undefined
  if (typeof markup !== 'object' || markup === null) throw badRequest('object expected as reply markup')
  if (!('inline_keyboard' in markup)) return undefined
  const keyboard = markup as InlineKeyboard
  if (!Array.isArray(keyboard.inline_keyboard))
    throw badRequest('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
  for (const { text, callback_data } of keyboard.inline_keyboard.flat()) {
    if (typeof text !== 'string' || text === '') throw badRequest('inline keyboard button text is empty')
    if (callback_data !== undefined && Buffer.byteLength(callback_data) > MAX_BUTTON_BYTES)
      throw badRequest('BUTTON_DATA_INVALID')
  }
  return keyboard.inline_keyboard.flat().length > 0 ? keyboard : undefined
}

/** `purpose` is the server's word: `message to edit`, `message to delete`. */
export function findMessage(state: ChatState, parameters: Parameters, purpose: string): StoredMessage {
  const id = parameters.integer('message_id')
  if (id === undefined || id <= 0) throw badRequest('message identifier is not specified')
  const stored = state.messages.get(id)
  if (!stored || stored.deleted) throw badRequest(`${purpose} not found`)
  return stored
}
