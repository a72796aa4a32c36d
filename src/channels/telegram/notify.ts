import type { ConversationKey } from '../../conversation.ts'
import { sendOnce } from '../../messaging/send-once.ts'
import type { TelegramAccount } from './account.ts'

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
  const send = (): Promise<unknown> => api.call((raw, signal) => raw.sendMessage(parameters, signal), signal)
  return sendOnce(() => schedule.deliver(chatId, signal, send), signal)
}
