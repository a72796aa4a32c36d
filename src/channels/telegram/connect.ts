import { TELEGRAM_LANGUAGES, type TelegramLanguage } from '../../telegram-options.ts'
import type { Host } from '../channel.ts'
import type { TelegramAccount } from './account.ts'
import { pollUpdates, type LongPollOptions } from './long-poll.ts'
import { persist } from './persist.ts'
import { ALLOWED_UPDATES } from './telegram-update.ts'
import { MENU } from './texts/telegram-texts.ts'

export interface ConnectOptions extends LongPollOptions {
  readonly host: Pick<Host, 'speech'>
  /** Where Telegram reaches this server, without a slash at the end; absent: updates are fetched. */
  readonly webhookBase: string | undefined
}

/** Requests Telegram makes at a time, each for a chat of its own; it allows 100. */
const CONNECTIONS = 100

/** The address Telegram is told when it knows none of ours. */
export function webhookUrl(base: string): string {
  return `${base}/webhook/telegram`
}

/** Connects the account and keeps it connected until the signal aborts. */
export async function connect(options: ConnectOptions): Promise<void> {
  const { account, log, signal, webhookBase: base } = options
  await persist('it cannot be reached', () => account.identify(signal), options)
  if (base !== undefined) await persist('the webhook cannot be set', () => setWebhook(base, options), options)
  else await persist('the webhook cannot be removed', () => removeWebhook(options), options)
  await setCommands(options).catch((error: unknown) =>
    log.warn({ bot: account.bot, err: error }, 'Telegram: the menu of commands was not set'),
  )
  if (base === undefined) await pollUpdates(options)
}

/** True when an operator, or an earlier start, led the webhook to one of the addresses of this server. */
export function isOurs(
  url: string,
  base: string,
  { webhookSecret }: Pick<TelegramAccount, 'webhookSecret'>,
): boolean {
  const ours = webhookUrl(base)
  return [ours, `${ours}/${webhookSecret}`, `${base}/webhook`].includes(url)
}

/**
 * Called at every start, also when the address is right: nobody can ask which secret Telegram has. It answers that
 * nothing has changed when nothing has.
 */
async function setWebhook(base: string, { account, log, signal }: ConnectOptions): Promise<void> {
  const { url: now = '' } = await account.api.call((raw, signal) => raw.getWebhookInfo(signal), signal)
  const url = isOurs(now, base, account) ? now : webhookUrl(base)
  if (now !== '' && now !== url)
    log.warn(
      { bot: account.bot, host: URL.parse(now)?.host },
      'Telegram: the webhook led elsewhere; it leads here now',
    )
  const request = {
    url,
    secret_token: account.webhookSecret,
    allowed_updates: ALLOWED_UPDATES,
    max_connections: CONNECTIONS,
  }
  await account.api.call((raw, signal) => raw.setWebhook(request, signal), signal)
  log.info({ bot: account.bot, url: webhookUrl(base) }, 'Telegram: messages come by webhook')
}

async function removeWebhook({ account, log, signal }: ConnectOptions): Promise<void> {
  const { url = '' } = await account.api.call((raw, signal) => raw.getWebhookInfo(signal), signal)
  if (url !== '') {
    await account.api.call((raw, signal) => raw.deleteWebhook({}, signal), signal)
    log.warn(
      { bot: account.bot, host: URL.parse(url)?.host },
      'Telegram: the webhook is removed, since updates are fetched now',
    )
  }
  log.info({ bot: account.bot }, 'Telegram: messages come by long polling')
}

async function setCommands({ account, host, signal }: ConnectOptions): Promise<void> {
  const toMenu = (language: TelegramLanguage) => [
    // Nobody is offered a voice that does not speak.
    ...MENU.filter((command) => command !== 'voice' || host.speech).map((command) => ({
      command,
      description: account.texts[language].commands[command],
    })),
    ...account.commands.map(({ name, description }) => ({
      command: name,
      description: description[language] ?? description.en,
    })),
  ]
  await account.api.call((raw, signal) => raw.setMyCommands({ commands: toMenu('en') }, signal), signal)
  for (const language of TELEGRAM_LANGUAGES.filter((one) => one !== 'en')) {
    const request = { commands: toMenu(language), language_code: language } as const
    await account.api.call((raw, signal) => raw.setMyCommands(request, signal), signal)
  }
}
