import { z } from 'zod'
import { cleanText } from '../../clean-text.ts'

const SESSION =
  'Groups messages into one conversation. Whoever knows it can read the conversation: keep it secret.'

/** Without a slash: it parts the sessions of signed-in people from those of everybody. */
const SessionId = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^/]+$/)

/** What guide 002 reports for requests that name no language. */
export const DEFAULT_LANGUAGE = 'en-IN'

/** Without a session: whoever sent one that is printed would share its conversation with others. */
const EXAMPLE = { query: 'What time is it in Tokyo?', chatbotId: 'assistant' }

/** Body of both chat endpoints, as guide 002 gives it; unknown keys are dropped. */
export const ChatQuery = z
  .object({
    query: z.string().overwrite(cleanText).min(1).max(5_000).describe('What the person says.'),
    chatbotId: z.string().trim().min(1).max(100).describe('Name of the bot.'),
    sessionId: SessionId.optional().describe(
      `${SESSION} In production a UUID of version 4 or 5. Absent: a new conversation.`,
    ),
    email: z.email().optional(),
    phone: z
      .string()
      .regex(/^\+?[0-9]{7,15}$/)
      .optional(),
    name: z.string().max(200).optional(),
    messageId: z
      .uuidv4()
      .optional()
      .describe('Names this message: sent again, it gets the answer of the first time and not a second one.'),
    enableTTS: z.boolean().default(false).describe('Speak the answer, when a voice is configured.'),
    language: z.string().max(35).default(DEFAULT_LANGUAGE).describe('BCP 47 tag.'),
    context: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ examples: [EXAMPLE] })

/** In production a session id has to be one that nobody can guess. Source: guide 002, which takes versions 4 and 5. */
export const GuardedSessionId = z.union([z.uuidv4(), z.uuid({ version: 'v5' })])

export const StreamParams = z.object({
  id: z
    .string()
    .max(100)
    .describe(
      '`streamId` of the `connected` event. An answer to somebody signed in needs their token, too; any other is open to who knows the id: keep it secret.',
    ),
})

export const StreamQuery = z.object({
  after: z.coerce
    .number()
    .int()
    .min(0)
    .max(999_999_999)
    .optional()
    .describe('Number of the last event seen; `Last-Event-ID` wins.'),
})

export const LastEventId = z.object({
  'last-event-id': z.string().max(100).optional().describe('Id of the last event seen: resumes that answer.'),
})

export const SessionParams = z.object({ sessionId: SessionId.describe(SESSION) })

export const SessionQuery = z.object({ chatbotId: z.string().min(1).max(100) })

export const Session = z.object({
  sessionId: z.string(),
  messages: z.array(
    z.object({
      role: z.enum(['user', 'assistant']),
      content: z.string(),
      createdAt: z.string(),
      outcome: z
        .enum(['completed', 'failed', 'stopped', 'interrupted'])
        .optional()
        .describe('Of answers: only a completed one is whole.'),
    }),
  ),
  streamId: z.string().nullable().describe('The answer that is being written now; resume it.'),
})

export const BotList = z.object({
  bots: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      description: z.string(),
      suggestions: z.array(z.string()),
    }),
  ),
})

export const Stopped = z.object({
  stopped: z.boolean().describe('False when the answer was not being written.'),
})

export const NeedAuthReply = z
  .looseObject({
    error: z.string().describe('`NEED_AUTH` when the person has to sign in before going on.'),
    message: z.string(),
    auth_method: z.string().optional().describe('How, such as `email`.'),
    auth_url: z.string().optional().describe('Where.'),
    free_messages: z.int().optional(),
    sessionId: z.string().optional(),
  })
  .describe('The free messages are used up, or the request is refused; `message` says why')

export const ChatReply = z.object({
  answer: z.string(),
  link: z.string().nullable(),
  tokens: z.number().int(),
  audio: z
    .object({ data: z.string().describe('Base64.'), dataUrl: z.string(), contentType: z.string() })
    .nullable()
    .describe('The answer spoken, when `enableTTS` asks for it and it was ready in time.'),
  tts_job_id: z.string().optional().describe('The recording is not ready yet; fetch it by this id.'),
  tts_poll_url: z.string().optional().describe('Where it will be.'),
  sessionId: z.string(),
  requiresAuthNext: z.boolean(),
  auth_method: z.string().nullable(),
  typingDelay: z.number().int().describe('How long a person would have typed, in milliseconds, 500 to 3000.'),
  suggestions: z.array(z.string()).optional(),
  citations: z
    .array(
      z.object({
        index: z.number(),
        source: z.string(),
        heading: z.string().optional(),
        url: z.string().optional(),
      }),
    )
    .optional(),
})
