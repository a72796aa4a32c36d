import type { Access } from '../accounts/open-access.ts'
import { describeBitrix24 } from '../channels/bitrix24/bitrix24-options.ts'
import type { Channel } from '../channels/channel.ts'
import { describePoe } from '../channels/poe/poe-channel-options.ts'
import type { PoeChannelOptions } from '../channels/poe/poe.ts'
import { describeTelegram } from '../channels/telegram/telegram-options.ts'
import type { ServedBots } from '../served-bot.ts'
import { summarize, type Feature } from '../summary.ts'
import type { OpenVoice } from '../voice/open-voice.ts'
import type { AppParts } from './app-parts.ts'
import { describeBot } from './bot-requirements.ts'

interface DescribedParts extends AppParts {
  /** The bots in code. */
  readonly code: ServedBots
  readonly channels: readonly Channel[]
  readonly access: Access
  readonly search: string
  readonly poe: PoeChannelOptions | undefined
  readonly voice: Pick<OpenVoice, 'speaks' | 'listens'>
}

/** What is on, what is off and why. */
export function describeApp(parts: DescribedParts): readonly Feature[] {
  const { config, store, bots, code, channels, access, search, poe, voice } = parts
  return summarize({
    bots: code.list().map((served) => describeBot(config, served)),
    chatbots: bots.list().length - code.list().length,
    database: store.describe(),
    openaiChannel: channels.some(({ name }) => name === 'openai'),
    keysRequired: config.API_KEYS !== undefined,
    tokenSecret: access.tokenSecret,
    cache: access.cache.place,
    search,
    telegram: describeTelegram(config),
    bitrix24: describeBitrix24(config),
    poe: describePoe(poe),
    speech: voice.speaks,
    transcription: voice.listens,
    traces: config.OTEL_EXPORTER_OTLP_ENDPOINT,
    errorReports: config.SENTRY_DSN !== undefined,
  })
}
