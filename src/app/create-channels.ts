import type { Access } from '../accounts/open-access.ts'
import type { Channel } from '../channels/channel.ts'
import { createBitrix24Channel } from '../channels/bitrix24/bitrix24.ts'
import { toBitrix24Settings } from '../channels/bitrix24/bitrix24-options.ts'
import { createOpenAIChannel } from '../channels/openai/openai.ts'
import { createPageChannel } from '../channels/page/page.ts'
import { createPoeChannel, type PoeChannelOptions } from '../channels/poe/poe.ts'
import { createRestChannel, type RestChannelOptions } from '../channels/rest/rest.ts'
import { toTelegramOptions } from '../channels/telegram/telegram-options.ts'
import { createTelegramChannel, type TelegramChannelOptions } from '../channels/telegram/telegram.ts'
import { createWebChannel } from '../channels/web/web.ts'
import { createWidgetChannel } from '../channels/widget/widget.ts'
import type { BitrixPortals } from '../bitrix24-portals.ts'
import type { Config } from '../config.ts'
import type { Guests } from '../guests.ts'
import { createExemption } from '../http/exempt-clients.ts'
import type { Gate } from '../http/principal.ts'
import { createSessionLimit, type CountSession } from '../http/session-limit.ts'
import type { ServedBot } from '../served-bot.ts'

interface ChannelParts {
  readonly gate: Gate | undefined
  readonly access: Access
  readonly poe: PoeChannelOptions | undefined
  readonly bots: readonly ServedBot[]
  readonly portals: BitrixPortals
  readonly guests: Guests
}

/** The channels that ship, as far as the configuration turns them on. */
export function createChannels(
  config: Config,
  { gate, access, poe, portals, bots, guests }: ChannelParts,
): readonly Channel[] {
  const production = config.NODE_ENV === 'production'
  const telegram = toTelegramOptions(config)
  const bitrix24 = toBitrix24Settings(config)
  const openai = createOpenAIChannel({ apiKeys: config.API_KEYS, maxBodyBytes: config.MAX_BODY_BYTES })
  return [
    createPageChannel(),
    createWidgetChannel(),
    createWebChannel({
      strictIds: production,
      guests,
      countSession: countSessions(config, access),
      ...(gate && { gate }),
    }),
    ...(gate ? [createRestChannel({ gate, ...restOptions(config, access) })] : []),
    ...(production && !config.API_KEYS ? [] : [openai]),
    ...(typeof telegram === 'string'
      ? []
      : [createTelegramChannel({ ...telegram, texts: telegramTexts(bots) })]),
    ...(typeof bitrix24 === 'string'
      ? []
      : [createBitrix24Channel({ ...bitrix24, portals, texts: telegramTexts(bots) })]),
    ...(poe ? [createPoeChannel(poe)] : []),
  ]
}

function countSessions(config: Config, { createLimiter }: Access): CountSession {
  const isExempt = createExemption(config.RATE_LIMIT_EXEMPT)
  return createSessionLimit({ createLimiter, perMinute: config.SESSION_RATE_LIMIT_PER_MINUTE, isExempt })
}

function telegramTexts(bots: readonly ServedBot[]): NonNullable<TelegramChannelOptions['texts']> {
  return new Map(bots.map(({ bot }) => [bot.name, bot.telegram?.texts]))
}

function restOptions(config: Config, { conversations }: Access): Omit<RestChannelOptions, 'gate'> {
  return { conversations, bot: config.REST_BOT, timeoutMs: config.CHAT_TIMEOUT * 1_000 }
}
