import { formatMarkdown } from '../../messaging/format-markdown.ts'
import { sendOnce } from '../../messaging/send-once.ts'
import { toBBCodeParts } from './bbcode.ts'
import type { Portal } from './portal.ts'

export interface NotifyTarget {
  readonly portal: Portal
  readonly dialogId: string
  readonly signal: AbortSignal
}

/**
 * Says something in a dialog of two; false for a group and for whoever cannot be written to any more. A send whose fate
 * is unknown is not repeated.
 */
export async function notify({ portal, dialogId, signal }: NotifyTarget, text: string): Promise<boolean> {
  const bot = (await portal.state())?.bot
  if (!bot || !/^\d+$/.test(dialogId)) return false
  const call = (message: string): Promise<unknown> =>
    bot.api === 'v1'
      ? portal.call('imbot.message.add', { BOT_ID: bot.id, DIALOG_ID: dialogId, MESSAGE: message }, signal)
      : portal.call('imbot.v2.Chat.Message.send', { botId: bot.id, dialogId, fields: { message } }, signal)
  return sendOnce(async () => {
    for (const message of toBBCodeParts(formatMarkdown(text))) await call(message)
  }, signal)
}
