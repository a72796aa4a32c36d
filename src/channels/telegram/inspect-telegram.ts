import type { Config } from '../../config.ts'
import { toChannelError } from '../../messaging/call-failure.ts'
import { TelegramAccount } from './account.ts'
import { isOurs } from './connect.ts'
import { toTelegramOptions } from './telegram-options.ts'

/** What Telegram says of one bot. */
export interface TelegramState {
  /** Without @. */
  readonly username: string
  /** How messages are meant to come. */
  readonly mode: 'polling' | 'webhook'
  /** Where Telegram delivers to: `here`, nowhere, or the host it leads to instead. */
  readonly webhook: 'here' | null | { readonly host: string }
  /** Updates that wait to be delivered. */
  readonly pending: number
  /** The last delivery that failed. */
  readonly lastError: { readonly message: string; readonly at: Date } | null
}

/** Asks Telegram how the configured bots are set up; a sentence when the channel is off. Throws a coded error when there is no answer. */
export async function inspectTelegram(config: Config): Promise<readonly TelegramState[] | string> {
  const options = toTelegramOptions(config)
  if (typeof options === 'string') return options
  const { bots, webhookBase, apiRoot, limits } = options
  const accounts = bots.map(
    ({ bot = '', token, webhookSecret }) =>
      new TelegramAccount({ bot, token, webhookSecret, apiRoot, limits }),
  )
  try {
    return await Promise.all(accounts.map((account) => inspect(account, webhookBase)))
  } catch (error) {
    throw toChannelError(error)
  }
}

async function inspect(account: TelegramAccount, base: string | undefined): Promise<TelegramState> {
  // Each call has its own deadline.
  const { signal } = new AbortController()
  const { username } = await account.identify(signal)
  const info = await account.api.call((raw, signal) => raw.getWebhookInfo(signal), signal)
  const { url = '', pending_update_count: pending, last_error_date, last_error_message } = info
  const here = base !== undefined && isOurs(url, base, account)
  return {
    username,
    mode: base === undefined ? 'polling' : 'webhook',
    webhook: here ? 'here' : url === '' ? null : { host: URL.parse(url)?.host ?? 'somewhere' },
    pending,
    lastError:
      last_error_date === undefined
        ? null
        : { message: last_error_message ?? 'no reason given', at: new Date(last_error_date * 1_000) },
  }
}
