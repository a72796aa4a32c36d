import { revisionOf, type Bot } from '../bot.ts'
import type { Config } from '../config.ts'
import { defaultModelOf } from '../default-model.ts'
import type { ModelResolver } from '../models/resolve-model.ts'
import type { ServedBot, ServedBots } from '../served-bot.ts'

/** A bot with its model. Throws `invalid_configuration` when the model cannot be had. */
export function serveBot(defined: Bot, models: ModelResolver, config: Config): ServedBot {
  const bot = limitHistory(defined, config)
  const named = bot.model ?? defaultModelOf(config)
  const model = typeof named === 'string' ? models.resolve(named) : named
  return { bot, model, revision: revisionOf(bot, model.id) }
}

/** A turn is two messages: what the person said and the answer. */
function limitHistory(bot: Bot, { MAX_HISTORY_TURNS: turns }: Config): Bot {
  return turns === undefined ? bot : { ...bot, limits: { ...bot.limits, historyMessages: turns * 2 } }
}

/** The bots of a project, which stay the same while the server runs. */
export function serveBots(served: readonly ServedBot[]): ServedBots {
  const byName = new Map(served.map((one) => [one.bot.name, one]))
  return { list: () => served, find: (name) => byName.get(name) }
}
