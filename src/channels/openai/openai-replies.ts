import { z } from 'zod'
import { EVENT_STREAM } from '../../http/problem-schema.ts'

/** The replies of the OpenAI API as its description gives them; other fields pass. */
const Failure = z
  .looseObject({
    error: z.looseObject({
      message: z.string(),
      type: z.enum(['invalid_request_error', 'server_error']),
      param: z.string().nullable(),
      code: z.string(),
    }),
  })
  .describe('The request failed, in the shape of the OpenAI API')

const Model = z.looseObject({
  id: z.string(),
  object: z.literal('model'),
  created: z.int().describe('Unix seconds'),
  owned_by: z.string(),
})

const ChatCompletionReply = z.looseObject({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: z.int().describe('Unix seconds'),
  model: z.string(),
  choices: z.array(
    z.looseObject({
      index: z.int(),
      message: z.looseObject({ role: z.literal('assistant'), content: z.string().nullable() }),
      finish_reason: z.enum(['stop', 'length', 'tool_calls']),
    }),
  ),
  usage: z.looseObject({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() }),
})

export type ChatCompletion = z.infer<typeof ChatCompletionReply>

const FAILURES = { '4xx': Failure, '5xx': Failure } as const

export const MODEL_LIST_REPLIES = {
  200: z.looseObject({ object: z.literal('list'), data: z.array(Model) }),
  ...FAILURES,
} as const

export const MODEL_REPLIES = { 200: Model, ...FAILURES } as const

export const COMPLETION_REPLIES = {
  200: {
    description: 'The completion, or its chunks as server-sent events with `stream`',
    content: { 'application/json': { schema: ChatCompletionReply }, ...EVENT_STREAM.content },
  },
  ...FAILURES,
} as const
