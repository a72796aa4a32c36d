import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Message, ToolSpec } from '../../messages.ts'

const TextPart = z.object({ type: z.literal('text'), text: z.string() })
const Content = z.union([z.string(), z.array(TextPart)])

const ChatMessage = z.discriminatedUnion('role', [
  z.object({ role: z.literal('system'), content: Content }),
  z.object({ role: z.literal('developer'), content: Content }),
  z.object({ role: z.literal('user'), content: Content }),
  z.object({
    role: z.literal('assistant'),
    content: Content.nullish(),
    tool_calls: z
      .array(
        z.object({
          id: z.string(),
          type: z.literal('function'),
          function: z.object({ name: z.string(), arguments: z.string() }),
        }),
      )
      .optional(),
  }),
  z.object({ role: z.literal('tool'), tool_call_id: z.string(), content: Content }),
])

const EXAMPLE = { model: 'assistant', messages: [{ role: 'user', content: 'What time is it in Tokyo?' }] }

/** Body of `POST /v1/chat/completions`: what Botyard honours of it; unknown keys are dropped. */
export const ChatCompletionRequest = z
  .object({
    model: z.string().max(100).describe('Name of a bot; `GET /v1/models` lists them.'),
    messages: z.array(ChatMessage).min(1).max(1_000),
    stream: z.boolean().nullish(),
    stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
    temperature: z.number().min(0).max(2).nullish(),
    max_tokens: z.number().int().min(1).nullish(),
    max_completion_tokens: z.number().int().min(1).nullish(),
    stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
    user: z.string().max(200).optional().describe('Whose conversation it is; tools scope their rows by it.'),
    n: z.literal(1).nullish().describe('One answer a request.'),
    tools: z
      .array(
        z.object({
          type: z.literal('function'),
          function: z.object({
            name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
            description: z.string().optional(),
            parameters: z
              .record(z.string(), z.unknown())
              .refine((schema) => isShallow(schema), 'is nested too deeply; the limit is 32 levels')
              .optional(),
          }),
        }),
      )
      .max(128)
      .optional()
      .describe('Tools the caller runs, beside those of the bot.'),
    tool_choice: z.enum(['auto', 'none']).nullish(),
    response_format: z.object({ type: z.literal('text') }).nullish(),
  })
  .meta({ examples: [EXAMPLE] })

export type ChatCompletionRequest = z.infer<typeof ChatCompletionRequest>

/** What the caller's messages mean to a turn. */
export interface Dialogue {
  /** The caller's system messages; added after the bot's own instructions. */
  readonly instructions: string
  readonly transcript: readonly Message[]
  /** The person's last words; empty when the request only brings tool results. */
  readonly text: string
}

export function toDialogue(request: ChatCompletionRequest): Dialogue {
  const instructions: string[] = []
  const transcript: Message[] = []
  const toolNames = new Map<string, string>()
  for (const message of request.messages) {
    if (message.role === 'system' || message.role === 'developer') instructions.push(textOf(message.content))
    else transcript.push(toMessage(message, toolNames))
  }
  const last = transcript.at(-1)
  if (!last || last.role === 'assistant') {
    const problem = '`messages` must end with a message of the user or a tool result.'
    throw new AppError('invalid_request', { params: { problem } })
  }
  return { instructions: instructions.join('\n\n'), transcript, text: last.role === 'user' ? last.text : '' }
}

export function toToolSpecs({ tools, tool_choice }: ChatCompletionRequest): readonly ToolSpec[] {
  if (tool_choice === 'none') return []
  return (tools ?? []).map(({ function: { name, description, parameters } }) => ({
    name,
    description: description ?? '',
    inputSchema: parameters ?? { type: 'object', properties: {} },
  }))
}

type DialogueMessage = Exclude<z.infer<typeof ChatMessage>, { role: 'system' | 'developer' }>

function toMessage(message: DialogueMessage, toolNames: Map<string, string>): Message {
  switch (message.role) {
    case 'user':
      return { role: 'user', text: textOf(message.content) }
    case 'assistant': {
      const toolCalls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: input } }) => {
        toolNames.set(id, name)
        return { callId: id, tool: name, input }
      })
      const text = textOf(message.content ?? '')
      return { role: 'assistant', text, ...(toolCalls.length > 0 && { toolCalls }) }
    }
    case 'tool': {
      const tool = toolNames.get(message.tool_call_id)
      if (tool) return { role: 'tool', callId: message.tool_call_id, tool, output: textOf(message.content) }
      const problem = `\`tool_call_id\` ${JSON.stringify(message.tool_call_id)} has no call before it.`
      throw new AppError('invalid_request', { params: { problem } })
    }
  }
}

/** Providers and our own serialiser walk schemas by recursion, so their depth has to be bounded. */
function isShallow(schema: unknown): boolean {
  let level: readonly unknown[] = [schema]
  for (let depth = 0; depth <= 32; depth++) {
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    )
    if (level.length === 0) return true
  }
  return false
}

function textOf(content: string | readonly { readonly text: string }[]): string {
  return typeof content === 'string' ? content : content.map(({ text }) => text).join('')
}
