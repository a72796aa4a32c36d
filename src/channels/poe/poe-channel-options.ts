import type { Bot } from '../../bot.ts'
import type { Config } from '../../config.ts'
import { AppError } from '../../errors.ts'
import { MOST_BOT_CALLS } from '../../poe-options.ts'
import type { PoeBotOptions, PoeChannelOptions } from './poe.ts'
import type { UseLimiter } from './user-limits.ts'

/** A bot and the model that answers for it. */
export interface BotWithModel {
  readonly bot: Bot
  readonly model: { readonly id: string }
}

/** Makes a limiter of so many uses in so many seconds. */
export type CreateUseLimiter = (rule: {
  readonly name: string
  readonly points: number
  readonly seconds: number
}) => UseLimiter

/**
 * What the environment and the bots say about Poe; undefined when no bot is served there. Throws `invalid_configuration`
 * when a key names no bot, a bot has two keys, or two bots have one path.
 */
export function toPoeChannelOptions(
  config: Config,
  bots: readonly BotWithModel[],
  createLimiter: CreateUseLimiter,
): PoeChannelOptions | undefined {
  const served = listPoeBots(config, bots)
  if (served.length === 0) return undefined
  const rules = [
    { name: 'poe-minute', points: config.POE_MESSAGES_PER_MINUTE, seconds: 60 },
    { name: 'poe-hour', points: config.POE_MESSAGES_PER_HOUR, seconds: 3_600 },
    { name: 'poe-day', points: config.POE_MESSAGES_PER_DAY, seconds: 86_400 },
  ]
  return {
    bots: served,
    limiters: rules.filter(({ points }) => points > 0).map(createLimiter),
    answerMs: config.POE_ANSWER_SECONDS * 1_000,
    maxBodyBytes: Math.max(config.MAX_BODY_BYTES, config.POE_MAX_BODY_BYTES),
    baseUrl: config.POE_BASE_URL,
    uploadUrl: config.POE_UPLOAD_URL,
  }
}

/** What a start prints about the channel. */
export function describePoe(options: PoeChannelOptions | undefined): {
  readonly on: boolean
  readonly detail: string
} {
  if (!options) return { on: false, detail: 'off: set POE_ACCESS_KEY to the access key of the bot on Poe' }
  const bots = options.bots.map(({ name, paths }) => `${name} at ${paths.join(' and ')}`)
  return { on: true, detail: bots.join(', ') }
}

function listPoeBots(config: Config, bots: readonly BotWithModel[]): readonly PoeBotOptions[] {
  const keys = keysOf(config, bots)
  const atRoot = config.POE_ACCESS_KEY ? (config.POE_BOT ?? bots[0]?.bot.name) : undefined
  const served = bots.flatMap(({ bot, model }): PoeBotOptions[] => {
    const accessKey = keys.get(bot.name)
    if (!accessKey && !config.POE_ALLOW_WITHOUT_KEY) return []
    const poe = bot.poe ?? {}
    const path = poe.path ?? `/poe/${bot.name}`
    const paths = bot.name === atRoot ? ['/', path] : [path]
    return [{ name: bot.name, accessKey, paths, poe, dependencies: dependenciesOf(bot, model.id) }]
  })
  for (const { path, names } of findSharedPaths(served))
    throw invalid(
      `The bots ${names.join(' and ')} have one path on Poe, ${path}. Give one of them another \`poe.path\`.`,
    )
  return served
}

function keysOf(config: Config, bots: readonly BotWithModel[]): ReadonlyMap<string, string> {
  const { POE_ACCESS_KEY: key, POE_BOT } = config
  const pairs = (config.POE_ACCESS_KEYS ?? []).map((pair): [string, string] => {
    const end = pair.indexOf('=')
    return [pair.slice(0, end), pair.slice(end + 1)]
  })
  const all = key ? [[POE_BOT ?? bots[0]?.bot.name ?? '', key] as const, ...pairs] : pairs
  const names = all.map(([name]) => name)
  const unknown = (POE_BOT === undefined ? names : [...names, POE_BOT]).find(
    (name) => !bots.some(({ bot }) => bot.name === name),
  )
  if (unknown !== undefined) {
    const known = bots.map(({ bot }) => bot.name).join(', ')
    throw invalid(
      `The environment has Poe reach the bot "${unknown}", which does not exist. Use one of ${known}.`,
    )
  }
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice !== undefined)
    throw invalid(
      `The bot "${twice}" has two access keys. Keep one of POE_ACCESS_KEY and POE_ACCESS_KEYS for it.`,
    )
  return new Map(all)
}

/** Calls of a model at Poe are calls of another bot: as many as one answer may take, twice for what is tried again. */
function dependenciesOf({ poe, limits }: Bot, modelId: string): Readonly<Record<string, number>> {
  const declared = poe?.dependencies ?? {}
  const called = /^poe\/(.+)$/.exec(modelId)?.[1]
  if (called === undefined || Object.hasOwn(declared, called)) return declared
  const others = Object.values(declared).reduce((sum, calls) => sum + calls, 0)
  return { ...declared, [called]: Math.max(0, Math.min(2 * limits.steps, MOST_BOT_CALLS - others)) }
}

function findSharedPaths(bots: readonly PoeBotOptions[]) {
  const all = bots.flatMap(({ name, paths }) => paths.map((path) => ({ name, path })))
  return [...Map.groupBy(all, ({ path }) => path)]
    .map(([path, users]) => ({ path, names: users.map(({ name }) => name) }))
    .filter(({ names }) => names.length > 1)
}

function invalid(problem: string): AppError {
  return new AppError('invalid_configuration', { params: { problem } })
}
