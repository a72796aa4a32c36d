import type { Config } from '../../config.ts'
import { AppError } from '../../errors.ts'
import { webhookUrl } from './connect.ts'
import type { TelegramBotOptions, TelegramChannelOptions } from './telegram.ts'

/**
 * What the environment says about Telegram; a sentence when the channel is off. Throws `invalid_configuration` when a
 * webhook is asked for and nobody knows the address.
 */
export function toTelegramOptions(config: Config): TelegramChannelOptions | string {
  if (config.TELEGRAM_MODE === 'off') return 'off: TELEGRAM_MODE is off'
  const bots = botsOf(config)
  if (bots.length === 0) return 'off: set TELEGRAM_BOT_TOKEN to the token from @BotFather'
  const webhookBase = webhookBaseOf(config)
  return {
    bots,
    ...(webhookBase !== undefined && { webhookBase }),
    apiRoot: config.TELEGRAM_API_ROOT,
    limits: {
      perSecond: config.TELEGRAM_MESSAGES_PER_SECOND,
      perChatPerSecond: config.TELEGRAM_CHAT_MESSAGES_PER_SECOND,
    },
  }
}

/** What a start prints about the channel. */
export function describeTelegram(config: Config): { readonly on: boolean; readonly detail: string } {
  const options = toTelegramOptions(config)
  if (typeof options === 'string') return { on: false, detail: options }
  const { webhookBase } = options
  const way = webhookBase === undefined ? 'by long polling' : `by webhook at ${webhookUrl(webhookBase)}`
  return { on: true, detail: `messages come ${way}` }
}

function botsOf(config: Config): readonly TelegramBotOptions[] {
  const { TELEGRAM_BOT: bot, TELEGRAM_BOT_TOKEN: token, TELEGRAM_WEBHOOK_SECRET: webhookSecret } = config
  const others = (config.TELEGRAM_MORE_BOTS ?? []).map((pair) => {
    const [name = '', secret = ''] = pair.split('=')
    return { bot: name, token: secret }
  })
  if (token === undefined) return others
  return [{ token, ...(bot && { bot }), ...(webhookSecret && { webhookSecret }) }, ...others]
}

function webhookBaseOf({ TELEGRAM_MODE: mode, APP_URL }: Config): string | undefined {
  if (mode === 'webhook' && APP_URL === undefined) {
    const problem =
      'TELEGRAM_MODE is webhook, but APP_URL is not set. Set it to the https address of this server.'
    throw new AppError('invalid_configuration', { params: { problem } })
  }
  const webhook = mode === 'webhook' || (mode === 'auto' && APP_URL?.startsWith('https:'))
  return webhook ? APP_URL : undefined
}
