import type { ConversationKey } from '../../conversation.ts'
import { AppError } from '../../errors.ts'
import type { TelegramAccount } from './account.ts'
import { failureOf, isFailure, toChannelError } from './telegram-failure.ts'

export interface NotifyTarget {
  readonly account: TelegramAccount
  readonly conversation: ConversationKey
  readonly signal: AbortSignal
}

/**
 * Says something in a private chat; false for a group and for whoever cannot be written to any more. A send whose fate
 * is unknown is not repeated.
 */
export async function notify(
  { account, conversation, signal }: NotifyTarget,
  text: string,
): Promise<boolean> {
  const [chatId = 0, thread] = conversation.key.split(':').map(Number)
  // Private chats have the id of the person, groups have negative ones.
  if (!(chatId > 0)) return false
  const { api, schedule } = account
  const parameters = { chat_id: chatId, text, ...(thread !== undefined && { message_thread_id: thread }) }
  try {
    await schedule.deliver(chatId, signal, () =>
      api.call((raw, signal) => raw.sendMessage(parameters, signal), signal),
    )
    return true
  } catch (error) {
    signal.throwIfAborted()
    if (failureOf(error)?.kind === 'gone') return false
    throw isFailure(error, 'unknown')
      ? new AppError('channel_rejected', { cause: error })
      : toChannelError(error)
  }
}
