import type { Config } from '../config.ts'
import type { Log } from '../observe/log.ts'
import type { ServedBot } from '../served-bot.ts'
import type { ServedParts } from '../summary.ts'

/** The settings a bot requires that are not set. */
function missingOf(config: Config, requires: readonly string[]): readonly string[] {
  const values = new Map<string, unknown>(Object.entries(config))
  return requires.filter((name) => values.get(name) === undefined)
}

/** Says in the log of a production server which bots cannot do their work, and why; it starts all the same. */
export function warnOfMissing(config: Config, bots: readonly ServedBot[], log: Log): void {
  if (config.NODE_ENV !== 'production') return
  for (const { bot } of bots) {
    const missing = missingOf(config, bot.requires)
    if (missing.length > 0) log.warn({ bot: bot.name, missing }, missingSentence(missing))
  }
}

/** A bot for the lines a start prints. */
export function describeBot(config: Config, { bot, model }: ServedBot): ServedParts['bots'][number] {
  const missing = missingOf(config, bot.requires)
  return {
    name: bot.name,
    model: model.id,
    missing: missing.length > 0 ? `off: ${missingSentence(missing)}` : undefined,
  }
}

function missingSentence(missing: readonly string[]): string {
  return `Missing required configuration: ${missing.join(', ')}`
}

/**
 * What guide 004's monitors read in `/health`: what is configured, not whether it works. Told by servers with a bot that
 * requires settings.
 */
export function configurationFlags(
  config: Config,
  bots: readonly ServedBot[],
): Readonly<Record<string, boolean>> {
  if (bots.every(({ bot }) => bot.requires.length === 0)) return {}
  return {
    has_telegram_token: config.TELEGRAM_BOT_TOKEN !== undefined,
    has_dadata_key: config.DADATA_API_KEY !== undefined,
    has_openai_key: config.OPENAI_API_KEY !== undefined,
    has_bitrix_config: config.BITRIX_DOMAIN !== undefined && config.BITRIX_CLIENT_ID !== undefined,
  }
}
