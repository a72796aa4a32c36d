import { z } from 'zod'

/** A field that the rules of chatbots judge; here it is only described. */
function described(type: 'string' | 'number' | 'boolean' | 'object' | 'array', about: string): z.ZodOptional {
  return z.unknown().optional().meta({ type, description: about })
}

const FIELDS = {
  name: described('string', 'Shown to people, at most 100 characters.'),
  description: described('string', 'One sentence for lists of bots.'),
  instructions: described('string', 'Who the bot is and how it answers. Never shown to people.'),
  model: described('string', '`provider/model` or `offline`. Default: the model of the server.'),
  language: described('string', 'BCP 47 tag: what it speaks, unless the person writes in another language.'),
  temperature: described('number', '0 to 2. Default: the provider’s.'),
  maxOutputTokens: described('number', 'Default: the provider’s.'),
  knowledge: described('array', '`own` documents, those of `people`, or of another bot. Default: `["own"]`.'),
  voice: described('object', '`language`, `name`, `speed`, `style`.'),
  suggestions: described('array', 'Up to 8 messages to start with or go on with.'),
  limits: described(
    'object',
    '`historyMessages`, `historyTokens`, `steps`, `timeMs`, `characters`, `events`.',
  ),
  site: described(
    'object',
    '`allowedOrigins`, `greeting`, `launcher`, `color`, `freeMessages`, `authText`, `authUrl`.',
  ),
  listed: described('boolean', 'Shown in the public list of bots. Default: false.'),
}

export const NewChatbotBody = z
  .looseObject({
    chatbotId: z
      .string()
      .optional()
      .describe('A UUID, or the 24 hexadecimal digits the chatbot had before. Default: a new UUID.'),
    owner: z.int().positive().optional().describe('The account it belongs to; for admins.'),
    ...FIELDS,
  })
  .describe('The fields of the chatbot')

export const DraftBody = z.looseObject(FIELDS).describe('All fields of the draft')

export const ChangesBody = z.looseObject(FIELDS).describe('Fields to change; `null` removes one')

export const RollBackBody = z.object({
  number: z.int().positive().describe('Of the revision that is to answer again.'),
})

const Tokens = z.int().min(1).nullable()

export const QuotaBody = z.object({
  tokensPerDay: Tokens.describe('In a day of UTC; null: as the settings say.'),
  tokensPerMonth: Tokens.describe('In a month of UTC; null: as the settings say.'),
})

export const ChatbotParams = z.object({ chatbotId: z.string().max(100) })

export const RevisionParams = ChatbotParams.extend({ number: z.coerce.number().int().positive() })

export const ChatbotList = z.object({
  archived: z.stringbool().default(false).describe('Those that are archived, in place of the others.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  offset: z.coerce.number().int().min(0).default(0),
})

export const HistoryQuery = z.object({ limit: z.coerce.number().int().min(1).max(1_000).default(100) })

export const UsageQuery = z.object({ days: z.coerce.number().int().min(1).max(366).default(31) })

export const IfMatch = z.object({
  'if-match': z.string().max(100).optional().describe('The `ETag` of the chatbot as it was read.'),
})

const Definition = z.record(z.string(), z.unknown())

export const ChatbotReply = z.object({
  chatbotId: z.string(),
  owner: z.int().nullable().describe('The account it belongs to; null when it is the server’s.'),
  version: z.int().describe('One more with every change; also the `ETag`.'),
  published: z.int().nullable().describe('The number of the revision that answers; null before the first.'),
  archived: z.boolean(),
  quota: z.object({ tokensPerDay: z.int().nullable(), tokensPerMonth: z.int().nullable() }),
  draft: Definition,
  createdAt: z.string(),
  updatedAt: z.string(),
})

export const ChatbotListReply = z.object({ chatbots: z.array(ChatbotReply) })

const RevisionInfo = z.object({
  number: z.int(),
  revision: z.string().describe('The hash that turns and metrics name.'),
  publishedBy: z.string(),
  publishedAt: z.string(),
  from: z.int().nullable().describe('The number of the revision that was published again.'),
})

export const RevisionListReply = z.object({ revisions: z.array(RevisionInfo) })

export const RevisionReply = RevisionInfo.extend({ definition: Definition })

export const HistoryReply = z.object({
  changes: z.array(
    z.object({
      version: z.int(),
      action: z.string(),
      detail: z.record(z.string(), z.unknown()),
      by: z.string(),
      at: z.string(),
    }),
  ),
})

export const UsageReply = z.object({
  today: z.int(),
  month: z.int(),
  tokensPerDay: z.int().nullable(),
  tokensPerMonth: z.int().nullable(),
  days: z.array(z.object({ day: z.string(), tokens: z.int(), turns: z.int() })),
})
