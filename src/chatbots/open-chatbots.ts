import type { Bot } from '../bot.ts'
import type { Library } from '../knowledge/library.ts'
import type { ServedBot, ServedBots } from '../served-bot.ts'
import type { Store, TokenQuota } from '../store/store.ts'
import { ChatbotDirectory } from './chatbot-directory.ts'
import { parseChatbotId } from '../chatbot-id.ts'
import { ChatbotJudge } from './chatbot-judge.ts'
import type { Chatbots } from './chatbots.ts'
import { StoredChatbots } from './own-chatbots.ts'
import { TokenQuotas } from './token-quotas.ts'

export interface ChatbotOptions {
  readonly store: Pick<Store, 'chatbots' | 'accounts'>
  /** The bots in code: they come first, and their names are theirs. */
  readonly code: ServedBots
  readonly library: Pick<Library, 'search'>
  readonly serve: (bot: Bot) => ServedBot
  readonly defaultModel: string
  /** Of chatbots without one of their own; null: no limit. */
  readonly usualQuota: TokenQuota
  readonly onProblem: (message: string, error: unknown) => void
}

/** The chatbots of the database, read. */
export async function openChatbots(options: ChatbotOptions): Promise<Chatbots> {
  const { store, code, library, serve, defaultModel, usualQuota, onProblem } = options
  const isCode = (name: string): boolean => code.find(name) !== undefined
  const judge = new ChatbotJudge({ library, serve, isCode, defaultModel })
  const directory = new ChatbotDirectory({
    store: store.chatbots,
    serve: (id, fields) => judge.serve(id, fields),
    onProblem,
  })
  const quotas = new TokenQuotas({
    store: store.chatbots,
    quotaOf: (bot) => (isCode(bot) ? undefined : directory.quotaOf(bot)),
    usual: usualQuota,
  })
  const parts = { store: store.chatbots, accounts: store.accounts, directory, judge, quotas }
  await directory.refresh()
  return {
    served: join(code, directory),
    revision: (id, hash) => directory.revision(id, hash),
    admit: (bot) => quotas.admit(bot),
    as: (actor) => new StoredChatbots(parts, actor),
    refresh: () => directory.refresh(),
  }
}

/** Bots in code, then chatbots; an id is found however its letters are written. */
function join(code: ServedBots, directory: ChatbotDirectory): ServedBots {
  return {
    list: () => [...code.list(), ...directory.list()],
    find: (name) => code.find(name) ?? directory.find(parseChatbotId(name) ?? name),
  }
}
