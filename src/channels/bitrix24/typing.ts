import { setTimeout as delay } from 'node:timers/promises'
import { isFailure } from './bitrix-failure.ts'
import type { Portal } from './portal.ts'

/** As long as an answer usually takes; shown again while it takes longer. */
const SHOWN_SECONDS = 30

/** Shows that the bot is writing until it is stopped. It is a courtesy: failures are nobody's business. */
export function showTyping(portal: Portal, dialogId: string, signal: AbortSignal): () => void {
  const stopped = new AbortController()
  const either = AbortSignal.any([signal, stopped.signal])
  const run = async (): Promise<void> => {
    for (let shown = true; shown && !either.aborted;) {
      shown = await notify(portal, dialogId, either)
      await delay(SHOWN_SECONDS * 1_000, undefined, { signal: either }).catch(() => undefined)
    }
  }
  void run()
  return () => stopped.abort()
}

/** False for what would be refused again. */
async function notify(portal: Portal, dialogId: string, signal: AbortSignal): Promise<boolean> {
  try {
    const bot = (await portal.state())?.bot
    if (!bot) return true
    if (bot.api === 'v1') {
      const parameters = { BOT_ID: bot.id, DIALOG_ID: dialogId }
      await portal.courtesy('imbot.chat.sendTyping', parameters, signal)
      return true
    }
    const statusMessageCode = 'IMBOT_AGENT_ACTION_GENERATING'
    const parameters = { botId: bot.id, dialogId, statusMessageCode, duration: SHOWN_SECONDS }
    await portal.courtesy('imbot.v2.Chat.InputAction.notify', parameters, signal)
    return true
  } catch (error) {
    return isFailure(error, 'unknown', 'unreachable', 'throttled', 'expired')
  }
}
