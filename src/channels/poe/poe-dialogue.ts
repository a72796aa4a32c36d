import type { Message } from '../../messages.ts'
import { isImage, readAttachments } from './attachments.ts'
import { ToolCalls, ToolResults, type PoeMessage, type PoeQuery } from './poe-requests.ts'

/** What the messages of a query mean to a turn. */
export interface PoeDialogue {
  /** System messages, added after the bot's own instructions. */
  readonly instructions: string
  readonly transcript: readonly Message[]
  /** The person's last words; empty when the query only brings tool results. */
  readonly text: string
  /** The message to answer; undefined when there is none. */
  readonly last: PoeMessage | undefined
}

/** Reads the conversation of a query. An answer at its end is left out: it is not to be answered. */
export function toPoeDialogue(
  query: PoeQuery,
  { allowAttachments }: { readonly allowAttachments: boolean },
): PoeDialogue {
  const last = query.query.findLast(({ role }) => role === 'user')
  const read = new DialogueReader(last, allowAttachments)
  for (const message of query.query) read.take(message)
  read.addRound(query.tool_calls, query.tool_results)
  const transcript = withoutLastAnswer(withoutOpenCalls(read.transcript))
  return {
    instructions: read.instructions.join('\n\n'),
    transcript,
    text: transcript.at(-1)?.role === 'user' ? (last?.content ?? '') : '',
    last,
  }
}

class DialogueReader {
  readonly instructions: string[] = []
  readonly transcript: Message[] = []
  readonly #last: PoeMessage | undefined
  readonly #allowAttachments: boolean
  readonly #toolNames = new Map<string, string>()

  constructor(last: PoeMessage | undefined, allowAttachments: boolean) {
    this.#last = last
    this.#allowAttachments = allowAttachments
  }

  take(message: PoeMessage): void {
    const { role, content, message_type } = message
    if (role === 'system') this.instructions.push(content)
    else if (role === 'user') this.transcript.push(this.#toUserMessage(message))
    else if (role === 'tool') this.addRound([], ToolResults.parse(parseList(content)))
    else if (message_type === 'function_call') this.addRound(ToolCalls.parse(parseList(content)), [])
    else this.transcript.push({ role: 'assistant', text: content })
  }

  /** Calls, and results of calls that are known; models refuse others. */
  addRound(calls: PoeQuery['tool_calls'], results: PoeQuery['tool_results']): void {
    for (const { id, function: called } of calls) this.#toolNames.set(id, called.name)
    const toolCalls = calls.map(({ id, function: { name, arguments: input } }) => ({
      callId: id,
      tool: name,
      input,
    }))
    if (toolCalls.length > 0) this.transcript.push({ role: 'assistant', text: '', toolCalls })
    for (const { tool_call_id: callId, content } of results) {
      const tool = this.#toolNames.get(callId)
      const output = typeof content === 'string' ? content : (JSON.stringify(content) ?? 'null')
      if (tool !== undefined) this.transcript.push({ role: 'tool', callId, tool, output })
    }
  }

  /** Only what is attached to the message to answer is read; earlier addresses have expired. */
  #toUserMessage(message: PoeMessage): Message {
    const { content, attachments } = message
    if (message !== this.#last || !this.#allowAttachments || attachments.length === 0)
      return { role: 'user', text: content || mention(message) }
    const { texts, images } = readAttachments(attachments)
    const text = [...texts, ...(content === '' ? [] : [content])].join('\n\n') || mention(message)
    return { role: 'user', text, ...(images.length > 0 && { images }) }
  }
}

/** Stands for a message without words, since models refuse empty ones. */
function mention({ attachments }: PoeMessage): string {
  const names = attachments.map(
    (attachment) => `${isImage(attachment) ? 'image' : 'file'} ${attachment.name}`,
  )
  return names.length > 0 ? `(${names.join(', ')})` : ''
}

/** Models refuse calls that nobody has answered. */
function withoutOpenCalls(transcript: readonly Message[]): readonly Message[] {
  const answered = new Set(transcript.flatMap((message) => (message.role === 'tool' ? message.callId : [])))
  return transcript.flatMap((message): readonly Message[] => {
    if (message.role !== 'assistant' || !message.toolCalls) return [message]
    const toolCalls = message.toolCalls.filter(({ callId }) => answered.has(callId))
    if (toolCalls.length > 0) return [{ ...message, toolCalls }]
    return message.text === '' ? [] : [{ role: 'assistant', text: message.text }]
  })
}

function withoutLastAnswer(transcript: readonly Message[]): readonly Message[] {
  const end = transcript.findLastIndex(({ role }) => role !== 'assistant')
  return transcript.slice(0, end + 1)
}

function parseList(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return []
  }
}
