import { isDeepStrictEqual } from 'node:util'
import { Described } from './account.ts'
import type { Account, Method, Methods } from './account.ts'
import type { Parameters } from './parameters.ts'
import { badRequest } from './telegram-error.ts'
import type { WebhookSettings } from './webhook.ts'

const PORTS = new Set(['', '443', '80', '88', '8443'])
const WEBHOOK_ACTIVE =
  "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"

/** What concerns the bot itself and the way its updates take. */
export function createBotMethods(account: Account): Methods {
  return {
    getMe: () => ({
      ...account.bot,
      can_join_groups: true,
      can_read_all_group_messages: true,
      supports_inline_queries: false,
      can_connect_to_business: false,
      has_main_web_app: false,
      has_topics_enabled: false,
      allows_users_to_create_topics: false,
      can_manage_bots: false,
      supports_join_request_queries: false,
    }),
    getUpdates: async (parameters, signal) => {
      if (account.webhook.settings) throw await account.poll.conflict(WEBHOOK_ACTIVE, signal)
      readAllowed(account, parameters)
      return account.poll.poll(parameters, signal)
    },
    setWebhook: setWebhook(account),
    deleteWebhook: (parameters) => removeWebhook(account, parameters),
    getWebhookInfo: () => describeWebhook(account),
    ...createCommandMethods(),
  }
}

/** Sticky: a call without `allowed_updates` leaves them as they are. */
function readAllowed({ queue }: Account, parameters: Parameters): void {
  const kinds = parameters.json('allowed_updates', 'allowed_updates')
  if (kinds === undefined) return
  if (!Array.isArray(kinds)) throw badRequest("can't parse allowed_updates: expected an Array of String")
  queue.allowed = kinds.map(String)
}

function setWebhook(account: Account): Method {
  return (parameters) => {
    const url = parameters.text('url')
    if (url === '') return removeWebhook(account, parameters)
    const settings = readSettings(parameters, url)
    const before = account.queue.allowed
    readAllowed(account, parameters)
    const same =
      isDeepStrictEqual(account.webhook.settings, settings) &&
      isDeepStrictEqual(before, account.queue.allowed)
    if (same && !parameters.flag('drop_pending_updates')) return new Described(true, 'Webhook is already set')
    account.limiter?.checkWebhook()
    account.poll.end('Conflict: terminated by setWebhook request')
    if (parameters.flag('drop_pending_updates')) account.queue.clear()
    account.webhook.set(settings)
    return new Described(true, 'Webhook was set')
  }
}

function removeWebhook({ queue, webhook }: Account, parameters: Parameters): Described {
  if (parameters.flag('drop_pending_updates')) queue.clear()
  const wasSet = webhook.settings !== undefined
  webhook.remove()
  return new Described(true, wasSet ? 'Webhook was deleted' : 'Webhook is already deleted')
}

function readSettings(parameters: Parameters, url: string): WebhookSettings {
  checkUrl(url)
  const secretToken = parameters.text('secret_token')
  if (secretToken.length > 256) throw badRequest('secret token is too long')
  if (/[^\w-]/.test(secretToken)) throw badRequest('secret token contains unallowed characters')
  const asked = parameters.integer('max_connections') ?? 40
  return {
    url,
    secretToken,
    maxConnections: Math.min(100, Math.max(1, asked)),
    ipAddress: parameters.text('ip_address'),
    certificate: parameters.upload('certificate')?.content.toString(),
  }
}

/** This machine is reached at any port and without TLS, as a server started with `--local` does it. */
function checkUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw badRequest('invalid webhook URL specified')
  if (['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) return
  if (url.protocol !== 'https:') throw badRequest('bad webhook: An HTTPS URL must be provided for webhook')
  if (!PORTS.has(url.port))
    throw badRequest('bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443')
}

function describeWebhook({ webhook, queue }: Account): object {
  const { settings, lastError } = webhook
  return {
    url: settings?.url ?? '',
    has_custom_certificate: settings?.certificate !== undefined,
    pending_update_count: queue.pending().length,
    ...(settings && {
      ip_address: settings.ipAddress || '<unknown>',
      max_connections: settings.maxConnections,
    }),
    ...(lastError && { last_error_date: lastError.date, last_error_message: lastError.message }),
    ...(queue.allowed.length > 0 && { allowed_updates: queue.allowed }),
  }
}

interface Command {
  readonly command?: unknown
  readonly description?: unknown
}

/** Commands are kept for each scope and language. */
function createCommandMethods(): Methods {
  const lists = new Map<string, readonly Command[]>()
  const keyOf = (parameters: Parameters): string =>
    JSON.stringify([
      parameters.json('scope', 'BotCommandScope') ?? { type: 'default' },
      parameters.text('language_code'),
    ])
  return {
    setMyCommands: (parameters) => {
      const commands = parameters.json('commands', 'commands') ?? []
      if (!Array.isArray(commands)) throw badRequest('expected an Array of BotCommand')
      lists.set(keyOf(parameters), (commands as readonly Command[]).map(checkCommand))
      return true
    },
    getMyCommands: (parameters) => lists.get(keyOf(parameters)) ?? [],
    deleteMyCommands: (parameters) => {
      lists.delete(keyOf(parameters))
      return true
    },
  }
}

function checkCommand({ command, description }: Command): Command {
  const name = typeof command === 'string' ? command.replace(/^\//, '').toLowerCase() : ''
  if (!/^[a-z\d_]{1,32}$/.test(name)) throw badRequest('BOT_COMMAND_INVALID')
  if (typeof description !== 'string' || description === '' || description.length > 256)
    throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID')
  return { command: name, description }
}
