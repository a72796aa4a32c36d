import type { BotLimits } from '../bot.ts'
import { isLanguageTag, type BotVoice } from '../bot-voice.ts'
import { findFieldProblem, isText, type FieldRule } from '../definition.ts'
import { AppError } from '../errors.ts'
import type { SiteOptions } from '../site-options.ts'

/** What a chatbot is: the fields of a bot that can be data, and its language and collections. */
export interface ChatbotFields {
  /** Shown to people, at most 100 characters; the chatbot is addressed by its id. */
  readonly name: string
  readonly description?: string
  readonly instructions: string
  readonly model?: string
  /** BCP 47 tag: what the bot speaks and writes unless the person writes in another language. */
  readonly language?: string
  readonly temperature?: number
  readonly maxOutputTokens?: number
  /**
   * Where it looks before it answers: `own` documents given to it, `people` those that people give it, or the name of
   * another bot whose documents it shares. Default: `['own']`.
   */
  readonly knowledge?: readonly string[]
  readonly voice?: BotVoice
  /** At most 8, each of at most 150 characters. */
  readonly suggestions?: readonly string[]
  readonly limits?: Partial<BotLimits>
  /** Allowed origins, greeting, colour, free messages before sign-in. */
  readonly site?: SiteOptions
  /** Shown in the public list of bots. Default false: whoever speaks to it knows its id. */
  readonly listed?: boolean
}

const LONGEST_INSTRUCTIONS = 200_000
const MOST_COLLECTIONS = 20
const LONGEST_SUGGESTION = 150

/** What the rules of bots judge. */
const judgedAsBot: FieldRule = { fits: () => true, fix: 'see the rules of bots' }

const FIELDS: Readonly<Record<keyof ChatbotFields, FieldRule>> = {
  name: {
    fits: (value) => isText(value) && value.length <= 100,
    fix: 'write a name of at most 100 characters',
    required: true,
  },
  description: {
    fits: (value) => typeof value === 'string' && value.length <= 1_000,
    fix: 'write at most 1000 characters',
  },
  instructions: {
    fits: (value) => isText(value) && value.length <= LONGEST_INSTRUCTIONS,
    fix: `say who the bot is and how it answers, in at most ${LONGEST_INSTRUCTIONS} characters`,
    required: true,
  },
  model: {
    fits: (value) => typeof value === 'string',
    fix: 'write "provider/model", such as "openai/gpt-4o-mini", or "offline"',
  },
  language: { fits: isLocale, fix: 'use a BCP 47 tag such as "en-IN"' },
  temperature: judgedAsBot,
  maxOutputTokens: judgedAsBot,
  knowledge: { fits: isText, fix: 'write "own", "people", or the name of a bot', list: true },
  voice: judgedAsBot,
  suggestions: {
    fits: (value) => isText(value) && value.length <= LONGEST_SUGGESTION,
    fix: `write text of at most ${LONGEST_SUGGESTION} characters`,
    list: true,
  },
  limits: judgedAsBot,
  site: judgedAsBot,
  listed: { fits: (value) => typeof value === 'boolean', fix: 'write true or false' },
}

/** Fields of which the first problem, by the rules of chatbots alone, is thrown as `chatbot_invalid`. */
export function parseChatbotFields(value: unknown): ChatbotFields {
  const problem = findFieldProblem(value, FIELDS) ?? findListProblem(value as ChatbotFields)
  if (problem) throw invalidChatbot(problem)
  return value as ChatbotFields
}

function isLocale(value: unknown): boolean {
  try {
    return isLanguageTag(value) && Intl.getCanonicalLocales(value).length === 1
  } catch {
    return false
  }
}

function findListProblem({ knowledge = [] }: ChatbotFields): string | undefined {
  if (knowledge.length <= MOST_COLLECTIONS) return undefined
  return `\`knowledge\` has ${knowledge.length} entries; keep at most ${MOST_COLLECTIONS}.`
}

/** The refusal of a chatbot, beside its sentence the field that the problem names first. */
export function invalidChatbot(problem: string, cause?: unknown): AppError {
  const field = /`([\w.[\]]+)`/.exec(problem)?.[1] ?? ''
  return new AppError('chatbot_invalid', {
    params: { problem },
    fields: [{ field, message: problem, type: 'invalid' }],
    cause,
  })
}
