import { setTimeout as delay } from 'node:timers/promises'
import type { TelegramAccount } from './account.ts'
import type { ChatPlace } from './delivery.ts'
import { isFailure } from './telegram-failure.ts'

/** Telegram shows it for five seconds. */
const REFRESH_MS = 4_500

/** Shows "typing" in the chat until it is stopped. It is a courtesy: failures are nobody's business. */
export function showTyping(account: TelegramAccount, place: ChatPlace, signal: AbortSignal): () => void {
  const stopped = new AbortController()
  const either = AbortSignal.any([signal, stopped.signal])
  const run = async (): Promise<void> => {
    for (let shown = true; shown && !either.aborted;) {
      const { chatId, threadId } = place
      const call = account.api.call(
        (raw, signal) =>
          raw.sendChatAction(
            { chat_id: chatId, action: 'typing', ...(threadId !== null && { message_thread_id: threadId }) },
            signal,
          ),
        either,
      )
      // What was refused once would be again.
      shown = await call.then(
        () => true,
        (error: unknown) => isFailure(error, 'unknown', 'unreachable'),
      )
      await delay(REFRESH_MS, undefined, { signal: either }).catch(() => undefined)
    }
  }
  void run()
  return () => stopped.abort()
}
