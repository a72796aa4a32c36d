import { randomUUID } from 'node:crypto'
import { query } from './send-to-bot.ts'
import type { SendOptions, ServerBot } from './send-to-bot.ts'
import type { PoeAnswer } from './read-stream.ts'

export interface PoeFile {
  readonly url: string
  readonly content_type: string
  readonly name: string
  /** What Poe read of it. */
  readonly parsed_content?: string
}

export interface SayOptions extends SendOptions {
  readonly attachments?: readonly PoeFile[]
  /** Values of the bot's parameter controls. */
  readonly parameters?: Readonly<Record<string, unknown>>
  /** Fields of the query that take the place of Poe's own. */
  readonly query?: Readonly<Record<string, unknown>>
}

interface Message {
  readonly role: 'user' | 'bot'
  readonly content: string
  readonly message_id: string
  readonly [field: string]: unknown
}

/** A person's conversation with a bot. Poe sends all of it with every message. */
export interface PoeChat {
  readonly userId: string
  readonly conversationId: string
  readonly messages: readonly Message[]
  /** Id of the last answer, for reactions. */
  readonly lastMessageId: string
  say(text: string, options?: SayOptions): Promise<PoeAnswer>
  /** Sends the last message again, as Poe does when a connection breaks: same message, new connection. */
  sendAgain(options?: SendOptions): Promise<PoeAnswer>
}

/** An id in Poe's form. */
function createId(tag: 'm' | 'u' | 'c' | 'd' | 'q'): string {
  return `${tag}-${randomUUID().replaceAll('-', '')}`
}

export function createChat(bot: ServerBot, userId = createId('u')): PoeChat {
  const conversationId = createId('c')
  const messages: Message[] = []
  let last: object = {}
  let lastMessageId = ''
  const send = async (options: SendOptions): Promise<PoeAnswer> => {
    const answer = await query(bot, last, options)
    const { text, metadata } = answer
    const kept = metadata === undefined ? {} : { metadata }
    messages.push(toMessage({ role: 'bot', content: text, message_id: lastMessageId, ...kept }))
    return answer
  }
  return {
    userId,
    conversationId,
    messages,
    get lastMessageId() {
      return lastMessageId
    },
    say: (text, { attachments = [], parameters = {}, query: changes = {}, ...options } = {}) => {
      lastMessageId = createId('m')
      const message = {
        role: 'user',
        content: text,
        message_id: createId('m'),
        attachments,
        parameters,
      } as const
      messages.push(toMessage(message))
      last = {
        version: '1.2',
        type: 'query',
        query: [...messages],
        message_id: lastMessageId,
        user_id: userId,
        conversation_id: conversationId,
        metadata: createId('d'),
        bot_query_id: createId('q'),
        language_code: 'en',
        temperature: null,
        skip_system_prompt: false,
        logit_bias: {},
        stop_sequences: [],
        users: [{ id: userId, name: null }],
        query_creation_time: Date.now() * 1_000,
        ...changes,
      }
      return send(options)
    },
    sendAgain: (options = {}) => {
      messages.pop()
      return send(options)
    },
  }
}

function toMessage(message: Message): Message {
  return {
    content_type: 'text/markdown',
    timestamp: Date.now() * 1_000,
    feedback: [],
    attachments: [],
    reactions: [],
    referenced_message: null,
    ...message,
  }
}
