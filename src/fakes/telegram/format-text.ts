import { toLinkEntity } from './check-link.ts'
import { findEntities } from './find-entities.ts'
import { nestEntities } from './nest-entities.ts'
import { badRequest } from './telegram-error.ts'
import type { TelegramEntity } from './telegram-types.ts'

export interface FormattedText {
  readonly text: string
  readonly entities: readonly TelegramEntity[]
}

/** What a sender may ask for; all other kinds are found by the server itself. */
const REQUESTABLE = new Set([
  'bold',
  'italic',
  'underline',
  'strikethrough',
  'spoiler',
  'blockquote',
  'expandable_blockquote',
  'code',
  'pre',
  'text_link',
  'text_mention',
  'custom_emoji',
])

const FAR = 1_000_000

/**
 * A text as the server keeps it: control characters replaced, trimmed, its entities checked, nested and joined by those
 * the server finds (commands, mentions, hashtags, addresses). Source: tdlib/td, fix_formatted_text.
 */
export function formatText(raw: string, asked: readonly TelegramEntity[]): FormattedText {
  const wanted = asked.filter(({ type, length }) => REQUESTABLE.has(type) && length !== 0)
  for (const entity of wanted) checkPlace(raw, entity)
  const clean = removeReturns(raw, wanted.map(checkAddress))
  const { text, entities } = trim(clean.text, clean.entities)
  return { text, entities: nestEntities(entities, findEntities(text)) }
}

function checkPlace(text: string, { offset, length }: TelegramEntity): void {
  if (!Number.isInteger(offset) || offset < 0 || offset > FAR)
    throw badRequest(`receive an entity with incorrect offset ${offset}`)
  if (!Number.isInteger(length) || length < 0 || length > FAR)
    throw badRequest(`receive an entity with incorrect length ${length}`)
  const end = offset + length
  if (splitsSymbol(text, offset))
    throw badRequest(`entity begins in a middle of a UTF-16 symbol at byte offset ${bytesTo(text, offset)}`)
  if (offset >= text.length)
    throw badRequest(`entity begins after the end of the text at UTF-16 offset ${offset}`)
  if (end > text.length)
    throw badRequest(
      `entity beginning at UTF-16 offset ${offset} ends after the end of the text at UTF-16 offset ${end}`,
    )
  if (splitsSymbol(text, end))
    throw badRequest(
      `entity beginning at UTF-16 offset ${offset} ends in a middle of a UTF-16 symbol at byte offset ${bytesTo(text, end)}`,
    )
}

function checkAddress(entity: TelegramEntity): TelegramEntity {
  if (entity.type !== 'text_link') return entity
  const link = toLinkEntity(entity.url ?? '')
  if (!link) throw badRequest(`entity URL '${entity.url ?? ''}' is invalid: Wrong HTTP URL`)
  return { ...entity, ...link }
}

function splitsSymbol(text: string, index: number): boolean {
  return index > 0 && index < text.length && (text.codePointAt(index - 1) ?? 0) > 0xff_ff
}

/** Up to the end of the symbol that `index` cuts. */
function bytesTo(text: string, index: number): number {
  return Buffer.byteLength(text.slice(0, index + 1))
}

/** Control characters become spaces; carriage returns go, and what stands behind them moves. */
function removeReturns(raw: string, entities: readonly TelegramEntity[]): FormattedText {
  const lengthTo = (index: number): number => raw.slice(0, index).replaceAll('\r', '').length
  return {
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    text: raw.replaceAll('\r', '').replaceAll(/[\u0000-\u0009\u000b-\u001f]/g, ' '),
    entities: entities
      .map((entity) => {
        const offset = lengthTo(entity.offset)
        return { ...entity, offset, length: lengthTo(entity.offset + entity.length) - offset }
      })
      .filter(({ length }) => length > 0),
  }
}

function trim(text: string, entities: readonly TelegramEntity[]): FormattedText {
  const end = text.trimEnd().length
  const blank = text.length - text.trimStart().length
  const start = Math.min(end, blank, ...entities.map(({ offset }) => offset))
  return {
    text: text.slice(start, end),
    entities: entities
      .map((entity) => ({
        ...entity,
        offset: entity.offset - start,
        length: Math.min(entity.length, end - entity.offset),
      }))
      .filter(({ length }) => length > 0),
  }
}
