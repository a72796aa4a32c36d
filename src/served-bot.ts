import type { Bot } from './bot.ts'
import type { Model } from './models/model.ts'

/** A bot with its model found and its revision named. */
export interface ServedBot {
  readonly bot: Bot
  readonly model: Model
  readonly revision: string
  /** Left out of public lists: whoever speaks to it knows its name. */
  readonly unlisted?: true
}

/** The bots people can speak to now. The set may change while the server runs, so nobody keeps a copy. */
export interface ServedBots {
  /** Every bot, the default one first. */
  list(): readonly ServedBot[]
  find(name: string): ServedBot | undefined
}
