import type { FastifyBaseLogger } from 'fastify'
import { toChannelError } from '../../messaging/call-failure.ts'
import type { Host } from '../channel.ts'
import type { TelegramAccount } from './account.ts'
import type { ChatOrigins } from './chat-origins.ts'
import { toDraftId } from './draft-id.ts'
import { readUpdate, type Incoming } from './read-update.ts'
import { parseUpdate } from './telegram-update.ts'

export interface ReceiveContext {
  readonly host: Host
  readonly account: TelegramAccount
  readonly origins: ChatOrigins
  readonly log: FastifyBaseLogger
  /** Ends what is done beside the receiving. */
  readonly signal: AbortSignal
}

/**
 * Takes an update in, by whichever way it came; resolves when it is stored durably, so that it can be acknowledged.
 * What is no update, or for somebody else, is left out. Throws when Telegram has to deliver it again.
 */
export async function receiveUpdate(value: unknown, context: ReceiveContext): Promise<void> {
  const { host, account, log } = context
  const update = parseUpdate(value, (problem) =>
    log.warn({ bot: account.bot, problem }, 'an update from Telegram cannot be read; it is left out'),
  )
  if (!update) return
  const incoming = await identified(update, context)
  if (incoming.kind === 'moved')
    await context.origins.note(incoming.to, await context.origins.find(incoming.from))
  if (incoming.kind === 'message') await host.accept(incoming.message)
  if (incoming.kind === 'stop') await receiveStop(incoming, host)
  if (incoming.kind === 'press') {
    if (incoming.message) await host.accept(incoming.message)
    answerPress(incoming.queryId, context)
  }
}

async function identified(
  update: Parameters<typeof readUpdate>[0],
  { account, origins, signal }: ReceiveContext,
): ReturnType<typeof readUpdate> {
  try {
    return await readUpdate(update, {
      bot: account.bot,
      identify: () => account.identify(signal),
      originOf: (chatId) => origins.find(chatId),
    })
  } catch (error) {
    throw toChannelError(error)
  }
}

/**
 * At once, not in the lane: there it would wait for the very answer it is to stop. One that Telegram delivers again
 * must not stop the answer after that.
 */
async function receiveStop(
  { conversation, draftId, message }: Incoming & { readonly kind: 'stop' },
  host: Host,
): Promise<void> {
  if (message && (await host.hasAccepted(message))) return
  const running = (await host.history(conversation))?.runningTurnId
  const meant = running && (draftId === undefined || toDraftId(running) === draftId)
  const { channel } = conversation
  const stopped = meant ? await host.stop({ turnId: running, channel, account: 'any' }) : false
  if (message) await host.accept({ ...message, detail: { ...message.detail, stopped } })
}

/** Takes the waiting sign off the button; nothing is lost when that fails. */
function answerPress(queryId: string, { account, log, signal }: ReceiveContext): void {
  account.api
    .call((raw, signal) => raw.answerCallbackQuery({ callback_query_id: queryId }, signal), signal)
    .catch((error: unknown) =>
      log.debug({ bot: account.bot, err: error }, 'the press of a button was not answered'),
    )
}
