import { z } from 'zod'

const ProblemReply = z
  .object({
    status: z.int(),
    code: z.string().describe('The row of the error table, see docs/errors.md'),
    error: z.string(),
    message: z.string().describe('The sentence for people'),
    retryable: z.boolean().describe('True when the same request may succeed later'),
    details: z
      .array(z.object({ field: z.string(), message: z.string(), type: z.string() }))
      .optional()
      .describe('Per field, when the request did not validate'),
    requestId: z.string().optional().describe('The `X-Request-ID` of the request'),
  })
  .describe('The request failed; `message` says why and what to do')

/** The error replies of a route, for its `schema.response`: any client or server error has one shape. */
export const PROBLEMS = { '4xx': ProblemReply, '5xx': ProblemReply } as const

/** A reply of server-sent events, for `schema.response`. */
export const EVENT_STREAM = {
  description: 'Server-sent events',
  content: { 'text/event-stream': { schema: z.string() } },
} as const
