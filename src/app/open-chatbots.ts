import type { Config } from '../config.ts'
import { defaultModelOf } from '../default-model.ts'
import type { Chatbots } from '../chatbots/chatbots.ts'
import { GuestMessages } from '../chatbots/guest-messages.ts'
import { openChatbots } from '../chatbots/open-chatbots.ts'
import type { Guests } from '../guests.ts'
import type { Library } from '../knowledge/library.ts'
import type { ModelResolver } from '../models/resolve-model.ts'
import type { ServedBots } from '../served-bot.ts'
import type { OpenStore } from '../store/open-store.ts'
import { serveBot } from './serve-bot.ts'

interface ChatbotParts {
  readonly config: Config
  readonly store: Pick<OpenStore, 'chatbots' | 'accounts'>
  /** The bots in code. */
  readonly code: ServedBots
  readonly models: ModelResolver
  readonly library: Pick<Library, 'search'>
  readonly onWarning: (message: string, error: unknown) => void
}

/** The chatbots of the database beside the bots in code. */
export function openOwnChatbots(parts: ChatbotParts): Promise<Chatbots> {
  const { config, store, code, models, library, onWarning } = parts
  return openChatbots({
    store,
    code,
    library,
    serve: (bot) => serveBot(bot, models, config),
    defaultModel: defaultModelOf(config),
    usualQuota: {
      tokensPerDay: config.CHATBOT_TOKENS_PER_DAY || null,
      tokensPerMonth: config.CHATBOT_TOKENS_PER_MONTH || null,
    },
    onProblem: onWarning,
  })
}

/** Who has sent how many messages without signing in. */
export function createGuests(config: Config, { guests, turns }: Pick<OpenStore, 'guests' | 'turns'>): Guests {
  return new GuestMessages({
    store: guests,
    windowMs: config.GUEST_WINDOW_HOURS * 3_600_000,
    isKnown: async (messageId) => (await turns.conversationOf(messageId)) !== undefined,
  })
}
