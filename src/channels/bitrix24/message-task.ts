import type { MessageWork } from '../../inbound.ts'
import { formatMarkdown } from '../../messaging/format-markdown.ts'
import type { Host } from '../channel.ts'
import { toBBCodeParts } from './bbcode.ts'
import type { AnswerPart, Delivery } from './delivery.ts'
import type { MessageDetail } from './message-detail.ts'
import type { Portal } from './portal.ts'
import type { BitrixTextCatalogue, BitrixTexts } from './texts/bitrix-texts.ts'

export interface HandlerContext {
  readonly host: Host
  readonly portal: Portal
  readonly texts: BitrixTextCatalogue
  /** Where people reach this server; files of ours are linked there. */
  readonly publicUrl: string | undefined
}

/** One message with what its handling needs. */
export interface MessageTask extends Omit<HandlerContext, 'texts'> {
  readonly work: MessageWork
  readonly detail: MessageDetail
  readonly texts: BitrixTexts
  readonly delivery: Delivery
}

/** The messages a Markdown text becomes. */
export function say(markdown: string): readonly AnswerPart[] {
  return toBBCodeParts(formatMarkdown(markdown)).map((text) => ({ text }))
}

/** What people may press stands under the last message. */
export function withSuggestions(
  parts: readonly AnswerPart[],
  suggestions: readonly string[],
): readonly AnswerPart[] {
  const last = parts.at(-1)
  return last && suggestions.length > 0 ? [...parts.slice(0, -1), { ...last, suggestions }] : parts
}
