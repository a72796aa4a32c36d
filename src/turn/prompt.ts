import type { BotLimits } from '../bot.ts'
import type { Message } from '../messages.ts'

/**
 * Keeps the newest messages that fit the window, the one to answer always among them. The window begins at a
 * message of the person, since a reply or a tool result without its question only confuses a model.
 */
export function cutToWindow(
  messages: readonly Message[],
  { historyMessages, historyTokens }: Pick<BotLimits, 'historyMessages' | 'historyTokens'>,
): readonly Message[] {
  const required = firstOfLastExchange(messages)
  let start = required
  let tokens = 0
  for (let index = required - 1; index >= 0; index--) {
    tokens += countTokens(messages[index] as Message)
    if (tokens > historyTokens || required - index > historyMessages) break
    if (messages[index]?.role === 'user') start = index
  }
  return messages.slice(start)
}

/** About how many tokens a text costs: a quarter of its UTF-8 bytes, which serves Latin and Cyrillic alike. */
function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4)
}

function countTokens(message: Message): number {
  if (message.role === 'tool') return estimateTokens(message.output)
  const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : []
  return calls.reduce((sum, call) => sum + estimateTokens(call.input), estimateTokens(message.text))
}

/** Where the exchange that is being answered begins: its question, or 0 when there is none. */
function firstOfLastExchange(messages: readonly Message[]): number {
  return Math.max(
    0,
    messages.findLastIndex((message) => message.role === 'user'),
  )
}
