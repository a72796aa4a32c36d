import { createHash } from 'node:crypto'
import { z } from 'zod'

/**
 * Requests of Poe, protocol 1.2, read as laxly as the specification asks: what is unknown is ignored, what is a hint may
 * be anything. Only what an answer cannot do without is required.
 */
const text = z.string().catch('')
const record = z.record(z.string(), z.unknown()).catch({})

/** Ids are short; what is not is named by its hash, so that it still names the same. */
const Id = text.transform((id) =>
  id.length <= 200 ? withoutNul(id) : createHash('sha256').update(id).digest('hex'),
)

const Attachment = z.object({
  url: text,
  content_type: text,
  name: text,
  parsed_content: z.string().nullish().catch(null),
})

export type PoeAttachment = z.infer<typeof Attachment>

const Message = z.object({
  role: z.enum(['system', 'user', 'bot', 'tool']),
  message_type: z.literal('function_call').nullish(),
  content: z.string().transform(withoutNul),
  content_type: z.enum(['text/markdown', 'text/plain']).nullish(),
  message_id: Id,
  attachments: known(Attachment),
  metadata: z.string().nullish().catch(null),
  parameters: record,
})

export type PoeMessage = z.infer<typeof Message>

const ToolCall = z.object({
  id: z.string(),
  function: z.object({ name: z.string(), arguments: z.string().catch('{}') }),
})

export const ToolCalls = known(ToolCall)

/** One without an id can only be guessed at. */
const ToolResult = z.object({ tool_call_id: z.string(), name: text, content: z.unknown() })

export const ToolResults = known(ToolResult)

const Tool = z.object({
  function: z.object({
    name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
    description: text,
    parameters: record,
  }),
})

const Query = z.object({
  version: text,
  /** Messages of unknown roles, types and content types are left out. */
  query: z.array(z.unknown()).transform((messages) => keepKnown(Message, messages)),
  message_id: Id,
  user_id: Id,
  conversation_id: Id,
  metadata: text,
  bot_query_id: text,
  temperature: z
    .number()
    .min(0)
    .transform((value) => Math.min(2, value))
    .nullish()
    .catch(null),
  stop_sequences: known(z.string().min(1)).transform((list) => list.slice(0, 4)),
  language_code: z.string().max(35).catch('en'),
  tools: known(Tool).transform((list) => list.slice(0, 128)),
  tool_calls: ToolCalls,
  tool_results: ToolResults,
  users: z.array(z.unknown()).nullish().catch(null),
})

export type PoeQuery = z.infer<typeof Query>

const Reaction = z.object({
  message_id: Id,
  user_id: Id,
  reaction: text,
  action: text,
})

const Feedback = z.object({ message_id: Id, user_id: Id, feedback_type: text })

const ErrorReport = z.object({ message: text, error_message: text, metadata: record })

export type PoeReaction = z.infer<typeof Reaction>
export type PoeFeedback = z.infer<typeof Feedback>
export type PoeErrorReport = z.infer<typeof ErrorReport>

export const READERS = {
  query: Query,
  report_reaction: Reaction,
  report_feedback: Feedback,
  report_error: ErrorReport,
} as const

const Envelope = z.looseObject({ type: z.string(), version: text })

/** What every request has; undefined when it is no request of Poe. */
export function readEnvelope(body: unknown): { readonly type: string; readonly version: string } | undefined {
  return Envelope.safeParse(body).data
}

function known<Item extends z.ZodType>(item: Item) {
  return z
    .array(z.unknown())
    .catch([])
    .transform((items) => keepKnown(item, items))
}

function keepKnown<Item extends z.ZodType>(item: Item, items: readonly unknown[]): readonly z.output<Item>[] {
  return items.flatMap((one) => {
    const read = item.safeParse(one)
    return read.success ? [read.data] : []
  })
}

/** PostgreSQL has no place for it in text. */
function withoutNul(value: string): string {
  return value.replaceAll('\0', '\ufffd')
}
