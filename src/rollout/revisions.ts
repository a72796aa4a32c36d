import type { ServedBot, ServedBots } from '../served-bot.ts'

/** Finds revisions: those of bots in code, and those that chatbots had published. */
export interface Revisions {
  candidatesOf(bot: string): readonly ServedBot[]
  revision(bot: string, revision: string): Promise<ServedBot | undefined>
}

export interface RevisionSources {
  /** What answers as configured or published. */
  readonly bots: Pick<ServedBots, 'find'>
  readonly candidates: readonly ServedBot[]
  /** A published revision of a chatbot. Default: there are no chatbots. */
  readonly published?: (chatbot: string, revision: string) => Promise<ServedBot | undefined>
}

export function createRevisions({ bots, candidates, published }: RevisionSources): Revisions {
  const candidatesOf = (bot: string): readonly ServedBot[] => candidates.filter((one) => one.bot.name === bot)
  return {
    candidatesOf,
    revision: async (bot, revision) => {
      const known = [bots.find(bot), ...candidatesOf(bot)].find((one) => one?.revision === revision)
      return known ?? (await published?.(bot, revision))
    },
  }
}
