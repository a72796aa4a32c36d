import type { Config } from '../../config.ts'
import { AppError } from '../../errors.ts'
import type { TelegramChannelOptions } from './telegram.ts'

/**
 * What the environment says about Telegram; a sentence when the channel is off. Throws `invalid_configuration` when a
 * webhook is asked for and nobody knows the address.
 */
export function toTelegramOptions(config: Config): TelegramChannelOptions | string {
  const { TELEGRAM_MODE: mode, TELEGRAM_BOT: bot, TELEGRAM_BOT_TOKEN: token, APP_URL } = config
  const { TELEGRAM_WEBHOOK_SECRET: webhookSecret, TELEGRAM_MORE_BOTS: more = [] } = config
  if (mode === 'off') return 'off: TELEGRAM_MODE is off'
  const first =
    token === undefined ? [] : [{ token, ...(bot && { bot }), ...(webhookSecret && { webhookSecret }) }]
  const others = more.map((pair) => {
    const [name = '', secret = ''] = pair.split('=')
    return { bot: name, token: secret }
  })
  if (first.length + others.length === 0) return 'off: set TELEGRAM_BOT_TOKEN to the token from @BotFather'
  const webhook = mode === 'webhook' || (mode === 'auto' && APP_URL?.startsWith('https:') === true)
  if (webhook && APP_URL === undefined)
    throw new AppError('invalid_configuration', {
      params: {
        problem:
          'TELEGRAM_MODE is webhook, but APP_URL is not set. Set it to the https address of this server.',
      },
    })
  return {
    bots: [...first, ...others],
    ...(webhook && APP_URL !== undefined && { webhookBase: APP_URL }),
    apiRoot: config.TELEGRAM_API_ROOT,
    limits: {
      perSecond: config.TELEGRAM_MESSAGES_PER_SECOND,
      perChatPerSecond: config.TELEGRAM_CHAT_MESSAGES_PER_SECOND,
    },
  }
}
