import type { MessageWork } from '../../inbound.ts'
import type { Host } from '../channel.ts'
import type { TelegramAccount } from './account.ts'
import type { AnswerPart, ChatPlace, Delivery } from './delivery.ts'
import { formatMarkdown } from '../../messaging/format-markdown.ts'
import type { MessageDetail } from './message-detail.ts'
import { splitText } from '../../messaging/split-text.ts'
import type { TelegramTexts } from './texts/telegram-texts.ts'

export interface HandlerContext {
  readonly host: Host
  readonly account: TelegramAccount
}

/** One message, or an album, with what its handling needs. */
export interface MessageTask extends HandlerContext {
  readonly work: MessageWork
  readonly detail: MessageDetail
  readonly texts: TelegramTexts
  readonly place: ChatPlace
  readonly delivery: Delivery
}

/** The messages a Markdown text becomes. */
export function say(markdown: string): readonly AnswerPart[] {
  return splitText(formatMarkdown(markdown))
}
