import { createHash } from 'node:crypto'
import type { AnswerInCode } from './answer.ts'
import { findCommandProblem, type BotCommand } from './bot-commands.ts'
import { findVoiceProblem, type BotVoice } from './bot-voice.ts'
import {
  findFieldProblem,
  isRecord,
  isText,
  LONGEST_TIMER_MS,
  wholeNumber,
  type FieldRule,
} from './definition.ts'
import { AppError } from './errors.ts'
import type { Knowledge } from './knowledge/knowledge.ts'
import type { Model } from './models/model.ts'
import { findPoeProblem, type PoeOptions } from './poe-options.ts'
import { findSiteProblem, type SiteOptions } from './site-options.ts'
import { findTelegramProblem, type TelegramOptions } from './telegram-options.ts'
import { findRolloutProblem, type RolloutDefinition } from './rollout-options.ts'
import type { Tool } from './tools/tool.ts'

/** Where a turn ends politely. Every limit has a default, so no turn runs without bounds. */
export interface BotLimits {
  /** Earlier messages given to the model. Default 20. */
  readonly historyMessages: number
  /** Earlier messages are also cut to about this many tokens, oldest first. Default 8,000. */
  readonly historyTokens: number
  /** Calls to the model in one turn: the first plus one for each round of tools. Default 8. */
  readonly steps: number
  /** Milliseconds for the whole turn, at most 2,147,483,647. Default 120,000. */
  readonly timeMs: number
  /** Characters of the answer. Default 32,000. */
  readonly characters: number
  /** Events of the turn. Default 10,000. */
  readonly events: number
}

const DEFAULT_LIMITS: BotLimits = {
  historyMessages: 20,
  historyTokens: 8_000,
  steps: 8,
  timeMs: 120_000,
  characters: 32_000,
  events: 10_000,
}

export interface BotDefinition {
  /** Addresses the bot on every channel: 1 to 64 lower-case letters, digits or `-`. */
  readonly name: string
  /** Shown to people. Default: the name. */
  readonly title?: string
  /** One sentence for lists of bots. Default: empty. */
  readonly description?: string
  /** Who the bot is and how it answers. */
  readonly instructions: string
  /**
   * A model string such as `cohere/command-a-03-2025`, or any `Model`. Default: the server's `MODEL`, which is
   * the offline model when nothing is configured.
   */
  readonly model?: string | Model
  /**
   * Answers in code in place of the model, which it may ask; `tools` and `knowledge` are then not used, and
   * `instructions` are what the model is given when it is asked.
   */
  readonly answer?: AnswerInCode
  /**
   * Names of settings without which the bot cannot do its work, such as `DADATA_API_KEY`; those that are missing are
   * named when the server starts, which it does all the same.
   */
  readonly requires?: readonly string[]
  readonly tools?: readonly Tool[]
  readonly knowledge?: Knowledge
  /** 0 to 2. Default: the provider's. */
  readonly temperature?: number
  /** Default: the provider's. */
  readonly maxOutputTokens?: number
  /** Up to 8 messages people may start with or send next. */
  readonly suggestions?: readonly string[]
  readonly limits?: Partial<BotLimits>
  /** How the bot sounds where its answers are spoken. Default: as the server's `TTS_*` settings say. */
  readonly voice?: BotVoice
  /** What people can do by a command on message channels, such as `/files` on Telegram; no part of the revision. */
  readonly commands?: readonly BotCommand[]
  /**
   * Documents that people send on message channels are taken in and answered from (with `documents()` as knowledge);
   * otherwise the bot is told their names. Default false.
   */
  readonly takesDocuments?: boolean
  /** How the bot presents itself on Poe; no part of the revision. */
  readonly poe?: PoeOptions
  /** What the bot says on Telegram in place of the channel's own sentences; no part of the revision. */
  readonly telegram?: TelegramOptions
  /** How the bot appears on sites that embed it; no part of the revision. */
  readonly site?: SiteOptions
  /** How new revisions of it go out; no part of the revision. Default: what `defineConfig` says. */
  readonly rollout?: RolloutDefinition
}

/** A bot ready to be served. Made by `defineBot`. */
export interface Bot {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly instructions: string
  readonly model: string | Model | undefined
  readonly answer: AnswerInCode | undefined
  readonly requires: readonly string[]
  readonly tools: readonly Tool[]
  readonly knowledge: Knowledge | undefined
  readonly temperature: number | undefined
  readonly maxOutputTokens: number | undefined
  readonly suggestions: readonly string[]
  readonly limits: BotLimits
  readonly voice: BotVoice | undefined
  readonly commands: readonly BotCommand[]
  readonly takesDocuments: boolean
  readonly poe: PoeOptions | undefined
  readonly telegram: TelegramOptions | undefined
  readonly site: SiteOptions | undefined
  readonly rollout: RolloutDefinition | undefined
}

/**
 * Defines a bot. Throws `invalid_definition`, naming the field and the fix, when it cannot work.
 *
 * @example
 * export const greeter = defineBot({
 *   name: 'greeter',
 *   instructions: 'You greet people by name, in one short sentence.',
 * })
 */
export function defineBot(definition: BotDefinition): Bot {
  const problem = findProblem(definition)
  if (problem) throw new AppError('invalid_definition', { params: { problem: `defineBot: ${problem}` } })
  return Object.freeze({
    name: definition.name,
    title: definition.title ?? definition.name,
    description: definition.description ?? '',
    instructions: definition.instructions,
    model: definition.model,
    answer: definition.answer,
    requires: Object.freeze([...(definition.requires ?? [])]),
    tools: Object.freeze([...(definition.tools ?? [])]),
    knowledge: definition.knowledge,
    temperature: definition.temperature,
    maxOutputTokens: definition.maxOutputTokens,
    suggestions: Object.freeze([...(definition.suggestions ?? [])]),
    limits: Object.freeze({ ...DEFAULT_LIMITS, ...definition.limits }),
    voice: frozen(definition.voice),
    commands: Object.freeze((definition.commands ?? []).map((command) => Object.freeze({ ...command }))),
    takesDocuments: definition.takesDocuments ?? false,
    poe: frozen(definition.poe),
    telegram: frozen(definition.telegram),
    site: frozen(definition.site),
    rollout: frozen(definition.rollout),
  })
}

function frozen<T extends object>(options: T | undefined): Readonly<T> | undefined {
  return options && Object.freeze({ ...options })
}

/**
 * Names what answers: 12 hexadecimal digits over everything that can change an answer (instructions, model,
 * sampling, tools, knowledge, limits, voice). Two bots that differ only in title or description share a revision.
 */
export function revisionOf(bot: Bot, modelId: string): string {
  const content = {
    instructions: bot.instructions,
    model: modelId,
    temperature: bot.temperature ?? null,
    maxOutputTokens: bot.maxOutputTokens ?? null,
    tools: bot.tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
    knowledge: bot.knowledge?.version ?? null,
    limits: bot.limits,
    // Absent from the text when there is none, so that silent bots keep the revisions they have.
    voice: bot.voice,
  }
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 12)
}

const BOT_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/
const MODEL_STRING = /^[a-z0-9-]+\/\S+$/
const MOST_SUGGESTIONS = 8

const BOT_FIELDS: Readonly<Record<keyof BotDefinition, FieldRule>> = {
  name: {
    fits: (value) => typeof value === 'string' && BOT_NAME.test(value),
    fix: 'use 1 to 64 lower-case letters, digits or "-", such as "support"',
    required: true,
  },
  title: { fits: isText, fix: 'write text' },
  description: { fits: (value) => typeof value === 'string', fix: 'write text' },
  instructions: { fits: isText, fix: 'say who the bot is and how it answers', required: true },
  model: {
    fits: (value) => (typeof value === 'string' ? isModelString(value) : isModel(value)),
    fix: 'write "provider/model", such as "openai/gpt-4o-mini", or "offline", or give a Model with id and stream',
  },
  answer: {
    fits: (value) => typeof value === 'function',
    fix: 'write an async generator function that yields the answer',
  },
  requires: {
    fits: (value) => typeof value === 'string' && /^[A-Z][A-Z\d_]*$/.test(value),
    fix: 'list names of settings, such as "DADATA_API_KEY"',
    list: true,
  },
  tools: { fits: isTool, fix: 'list what defineTool() returns', list: true },
  knowledge: { fits: isKnowledge, fix: 'use passages(), or give an object with version and search' },
  temperature: {
    fits: (value) => typeof value === 'number' && value >= 0 && value <= 2,
    fix: 'use a number from 0 to 2',
  },
  maxOutputTokens: wholeNumber(1),
  suggestions: { fits: isText, fix: 'write text', list: true },
  limits: { fits: isRecord, fix: 'write an object' },
  voice: { fits: isRecord, fix: 'write an object' },
  commands: { fits: isRecord, fix: 'write { name, description, run }', list: true },
  takesDocuments: { fits: (value) => typeof value === 'boolean', fix: 'write true or false' },
  poe: { fits: isRecord, fix: 'write an object' },
  telegram: { fits: isRecord, fix: 'write an object' },
  site: { fits: isRecord, fix: 'write an object' },
  rollout: { fits: isRecord, fix: 'write an object' },
}

const LIMIT_FIELDS: Readonly<Record<keyof BotLimits, FieldRule>> = {
  historyMessages: wholeNumber(0),
  historyTokens: wholeNumber(0),
  steps: wholeNumber(1),
  timeMs: wholeNumber(1, LONGEST_TIMER_MS),
  characters: wholeNumber(1),
  events: wholeNumber(1),
}

function findProblem(bot: BotDefinition): string | undefined {
  return (
    findFieldProblem(bot, BOT_FIELDS) ??
    findLimitProblem(bot) ??
    findVoiceProblem(bot.voice, bot.name) ??
    findCommandProblem(bot.commands, bot.name) ??
    findPoeProblem(bot.poe, bot.name) ??
    findTelegramProblem(bot.telegram, bot.name) ??
    findSiteProblem(bot.site, bot.name) ??
    findRolloutProblem(bot.rollout, bot.name) ??
    findListProblem(bot)
  )
}

function findLimitProblem({ name, limits = {} }: BotDefinition): string | undefined {
  return findFieldProblem(limits, LIMIT_FIELDS, { owner: name, field: 'limits' })
}

function findListProblem({ name, tools = [], suggestions = [] }: BotDefinition): string | undefined {
  const names = tools.map((tool) => tool.name)
  const repeated = names.find((tool, index) => names.indexOf(tool) < index)
  if (repeated) return `\`tools\` of "${name}" holds "${repeated}" twice; rename one of them.`
  if (suggestions.length <= MOST_SUGGESTIONS) return undefined
  return `\`suggestions\` of "${name}" has ${suggestions.length} entries; keep at most ${MOST_SUGGESTIONS}.`
}

function isModelString(value: string): boolean {
  return value === 'offline' || MODEL_STRING.test(value)
}

function isModel(value: unknown): boolean {
  return isRecord(value) && isText(value['id']) && typeof value['stream'] === 'function'
}

function isKnowledge(value: unknown): boolean {
  return isRecord(value) && typeof value['version'] === 'string' && typeof value['search'] === 'function'
}

function isTool(value: unknown): boolean {
  return (
    isRecord(value) &&
    isText(value['name']) &&
    typeof value['description'] === 'string' &&
    isRecord(value['inputSchema']) &&
    typeof value['timeoutMs'] === 'number' &&
    typeof value['run'] === 'function'
  )
}
