import { createHash } from 'node:crypto'
import { AppError } from './errors.ts'
import type { Knowledge } from './knowledge/knowledge.ts'
import type { Model } from './models/model.ts'
import type { Tool } from './tools/tool.ts'

/** Where a turn ends politely. Every limit has a default, so no turn runs without bounds. */
export interface BotLimits {
  /** Earlier messages given to the model. Default 20. */
  readonly historyMessages: number
  /** Earlier messages are also cut to about this many tokens, oldest first. Default 8,000. */
  readonly historyTokens: number
  /** Calls to the model in one turn: the first plus one for each round of tools. Default 8. */
  readonly steps: number
  /** Milliseconds for the whole turn. Default 120,000. */
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
  readonly tools?: readonly Tool[]
  readonly knowledge?: Knowledge
  /** 0 to 2. Default: the provider's. */
  readonly temperature?: number
  /** Default: the provider's. */
  readonly maxOutputTokens?: number
  /** Up to 8 messages people may start with or send next. */
  readonly suggestions?: readonly string[]
  readonly limits?: Partial<BotLimits>
}

/** A bot ready to be served. Made by `defineBot`. */
export interface Bot {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly instructions: string
  readonly model: string | Model | undefined
  readonly tools: readonly Tool[]
  readonly knowledge: Knowledge | undefined
  readonly temperature: number | undefined
  readonly maxOutputTokens: number | undefined
  readonly suggestions: readonly string[]
  readonly limits: BotLimits
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
    tools: Object.freeze([...(definition.tools ?? [])]),
    knowledge: definition.knowledge,
    temperature: definition.temperature,
    maxOutputTokens: definition.maxOutputTokens,
    suggestions: Object.freeze([...(definition.suggestions ?? [])]),
    limits: Object.freeze({ ...DEFAULT_LIMITS, ...definition.limits }),
  })
}

/**
 * Names what answers: 12 hexadecimal digits over everything that can change an answer (instructions, model,
 * sampling, tools, knowledge, limits). Two bots that differ only in title or description share a revision.
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
  }
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 12)
}

const BOT_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/

function findProblem(bot: BotDefinition): string | undefined {
  if (!BOT_NAME.test(bot.name))
    return `\`name\` is ${JSON.stringify(bot.name)}; use 1 to 64 lower-case letters, digits or "-", such as "support".`
  if (bot.instructions.trim() === '')
    return `\`instructions\` of "${bot.name}" is empty; say who the bot is and how it answers.`
  return findModelProblem(bot) ?? findToolProblem(bot) ?? findNumberProblem(bot)
}

function findModelProblem({ name, model }: BotDefinition): string | undefined {
  if (typeof model !== 'string' || model === 'offline' || /^[a-z0-9-]+\/\S+$/.test(model)) return undefined
  return `\`model\` of "${name}" is ${JSON.stringify(model)}; write "provider/model", such as "openai/gpt-4o-mini", or "offline".`
}

function findToolProblem({ name, tools = [] }: BotDefinition): string | undefined {
  const seen = new Set<string>()
  for (const tool of tools) {
    if (seen.has(tool.name)) return `\`tools\` of "${name}" holds "${tool.name}" twice; rename one of them.`
    seen.add(tool.name)
  }
  return undefined
}

function findNumberProblem(bot: BotDefinition): string | undefined {
  const { name, temperature, maxOutputTokens, suggestions = [] } = bot
  if (temperature !== undefined && !(temperature >= 0 && temperature <= 2))
    return `\`temperature\` of "${name}" is ${temperature}; use a number from 0 to 2.`
  if (maxOutputTokens !== undefined && !isWhole(maxOutputTokens, 1))
    return `\`maxOutputTokens\` of "${name}" is ${maxOutputTokens}; use a whole number above 0.`
  if (suggestions.length > 8)
    return `\`suggestions\` of "${name}" has ${suggestions.length} entries; keep at most 8.`
  return findLimitProblem(bot)
}

function findLimitProblem({ name, limits = {} }: BotDefinition): string | undefined {
  for (const [key, value] of Object.entries(limits)) {
    if (!(key in DEFAULT_LIMITS))
      return `\`limits.${key}\` of "${name}" does not exist; use one of ${Object.keys(DEFAULT_LIMITS).join(', ')}.`
    const lowest = key.startsWith('history') ? 0 : 1
    if (!isWhole(value, lowest))
      return `\`limits.${key}\` of "${name}" is ${value}; use a whole number of at least ${lowest}.`
  }
  return undefined
}

function isWhole(value: number, lowest: number): boolean {
  return Number.isInteger(value) && value >= lowest
}
