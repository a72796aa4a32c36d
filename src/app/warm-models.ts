import type { Log } from '../observe/log.ts'
import type { ServedBots } from '../served-bot.ts'

/** Has each model load what its first answer would wait for. Never rejects: an answer loads it as well. */
export async function warmModels(bots: Pick<ServedBots, 'list'>, log: Pick<Log, 'warn'>): Promise<void> {
  for (const model of new Set(bots.list().map((bot) => bot.model)))
    try {
      await model.warm?.()
    } catch (error) {
      log.warn({ err: error, model: model.id }, 'a model could not be warmed up')
    }
}
