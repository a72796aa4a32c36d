import { z } from 'zod'

/** Guide 001: at most 2000 characters, by the schema. */
export const ChatRequest = z
  .object({
    message: z.string().trim().min(1).max(2_000).describe('What the person says.'),
    conversation_id: z
      .string()
      .max(100)
      .nullish()
      .describe('A conversation of the list, to go on with it. Absent: a new one.'),
  })
  .meta({ examples: [{ message: 'Add a task to buy milk tomorrow at 9' }] })

const userId = z
  .string()
  .regex(/^\d{1,10}$/)
  .describe('The id of the signed-in user.')

export const UserParams = z.object({ user_id: userId })

export const ConversationParams = z.object({ user_id: userId, id: z.string().max(100).describe('A UUID.') })

export const TranscriptQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('How many of the last messages.'),
})

/** What guide 001's code sends (`message`, `role`) and what its contract says (`response`, `message_id`). */
export const ChatReply = z.object({
  response: z.string(),
  message: z.string().describe('The same as `response`.'),
  conversation_id: z.string(),
  message_id: z.string().nullable().describe('Of the answer.'),
  role: z.literal('assistant'),
})

export const Conversation = z.object({
  id: z.string(),
  title: z.string().nullable().describe('The begin of the first message.'),
  created_at: z.string(),
  updated_at: z.string(),
})

export const ConversationDetail = Conversation.extend({
  messages: z.array(
    z.object({
      id: z.string(),
      role: z.enum(['user', 'assistant']),
      content: z.string(),
      created_at: z.string(),
    }),
  ),
})
