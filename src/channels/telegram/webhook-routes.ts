import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError } from '../../errors.ts'
import { isOneOf } from '../../http/bearer.ts'
import type { TelegramAccount } from './account.ts'

export interface WebhookRoutes {
  readonly accounts: readonly TelegramAccount[]
  /** Resolves when the update is stored. */
  readonly receive: (update: unknown, account: TelegramAccount) => Promise<void>
}

/** Where Telegram may deliver: guide 003's address, ours, and guide 004's with the secret in the path. */
const PATHS = ['/webhook', '/webhook/telegram', '/webhook/telegram/:secret'] as const

const RETRY_AFTER_MS = 5_000

/**
 * Adds the addresses for Telegram. The secret, in the header or in the path, is checked before the body is read. An
 * update is acknowledged when it is stored; what is no update is acknowledged, too, since Telegram repeats anything
 * else for a day and holds back what comes after it in the chat.
 */
export function addWebhookRoutes(server: FastifyInstance, { accounts, receive }: WebhookRoutes): void {
  for (const path of PATHS)
    server.post(
      path,
      {
        schema: { hide: true },
        onRequest: async (request) => {
          requireAccount(request, accounts)
        },
      },
      async (request) => {
        await receive(request.body, requireAccount(request, accounts)).catch((error: unknown) => {
          throw withRetryAfter(error)
        })
        return { ok: true }
      },
    )
}

/** Every account has a secret of its own, so it says whose update it is. Throws `webhook_secret_invalid`. */
function requireAccount(request: FastifyRequest, accounts: readonly TelegramAccount[]): TelegramAccount {
  const { secret } = request.params as { readonly secret?: string }
  const header = request.headers['x-telegram-bot-api-secret-token']
  const given = [secret, header].filter((value) => typeof value === 'string')
  const account = accounts.find(({ webhookSecret }) =>
    given.every((value) => isOneOf(value, [webhookSecret])),
  )
  if (!account || given.length === 0) throw new AppError('webhook_secret_invalid')
  return account
}

function withRetryAfter(error: unknown): unknown {
  if (!(error instanceof AppError) || !error.retryable || error.retryAfterMs !== undefined) return error
  return new AppError(error.code, { cause: error.cause, retryAfterMs: RETRY_AFTER_MS })
}
