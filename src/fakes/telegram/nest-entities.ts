import type { TelegramEntity } from './telegram-types.ts'

/** Styles: what overlaps is cut into pieces. Their order is the order of pieces with the same place. */
const STYLES = ['bold', 'italic', 'underline', 'strikethrough', 'spoiler']
const QUOTES = ['blockquote', 'expandable_blockquote']
const CODE = ['pre', 'code']
const PRIORITY = [...QUOTES, ...CODE, 'text_link', 'text_mention']

/**
 * Makes entities nest as the server does (tdlib/td, MessageEntity.cpp, judged by its test/message_entities.cpp): of
 * two overlapping links, mentions or code blocks the first is kept, quotes cut nothing, styles are merged, taken out
 * of code and cut where other entities begin or end.
 */
export function nestEntities(
  given: readonly TelegramEntity[],
  found: readonly TelegramEntity[] = [],
): readonly TelegramEntity[] {
  const whole = given.filter(({ type }) => !STYLES.includes(type))
  const quotes = keepFirst(whole.filter(({ type }) => QUOTES.includes(type)))
  const own = keepFirst(whole.filter(({ type }) => !QUOTES.includes(type)))
  const solid = [...own, ...found.filter((entity) => !own.some((other) => overlap(entity, other)))].filter(
    (entity) => !quotes.some((quote) => crosses(entity, quote)),
  )
  const styles = STYLES.flatMap((type) =>
    withoutCode(
      merge(given.filter((entity) => entity.type === type)),
      solid.filter((entity) => CODE.includes(entity.type)),
    ),
  )
  const cuts = [
    ...[...quotes, ...solid].flatMap((entity) => [entity.offset, endOf(entity)]),
    ...styles.map(({ offset }) => offset),
  ]
  return sortEntities([...quotes, ...solid, ...styles.flatMap((entity) => cutAt(entity, cuts))])
}

function endOf({ offset, length }: TelegramEntity): number {
  return offset + length
}

function overlap(one: TelegramEntity, other: TelegramEntity): boolean {
  return one.offset < endOf(other) && other.offset < endOf(one)
}

/** Overlaps the quote without lying inside it. */
function crosses(entity: TelegramEntity, quote: TelegramEntity): boolean {
  return overlap(entity, quote) && (entity.offset < quote.offset || endOf(entity) > endOf(quote))
}

function rank({ type }: TelegramEntity): number {
  if (STYLES.includes(type)) return 100 + STYLES.indexOf(type)
  return PRIORITY.includes(type) ? PRIORITY.indexOf(type) : 50
}

function sortEntities(entities: readonly TelegramEntity[]): readonly TelegramEntity[] {
  return entities.toSorted(
    (one, other) => one.offset - other.offset || other.length - one.length || rank(one) - rank(other),
  )
}

function keepFirst(entities: readonly TelegramEntity[]): readonly TelegramEntity[] {
  let end = 0
  return sortEntities(entities).filter((entity) => {
    if (entity.offset < end) return false
    end = endOf(entity)
    return true
  })
}

/** Of one style: what touches becomes one. */
function merge(entities: readonly TelegramEntity[]): readonly TelegramEntity[] {
  const merged: TelegramEntity[] = []
  for (const entity of sortEntities(entities)) {
    const last = merged.at(-1)
    if (last && entity.offset <= endOf(last)) {
      const length = Math.max(endOf(last), endOf(entity)) - last.offset
      merged.splice(-1, 1, { ...last, length })
    } else merged.push(entity)
  }
  return merged
}

function withoutCode(
  entities: readonly TelegramEntity[],
  code: readonly TelegramEntity[],
): readonly TelegramEntity[] {
  const edges = code.flatMap((block) => [block.offset, endOf(block)])
  return entities
    .flatMap((entity) => cutAt(entity, edges))
    .filter((entity) => !code.some((block) => overlap(entity, block)))
}

function cutAt(entity: TelegramEntity, cuts: readonly number[]): readonly TelegramEntity[] {
  const inside = cuts.filter((cut) => cut > entity.offset && cut < endOf(entity))
  const edges = [...new Set([entity.offset, ...inside, endOf(entity)])].toSorted((one, other) => one - other)
  return edges
    .slice(1)
    .map((edge, index) => ({ ...entity, offset: edges[index] ?? 0, length: edge - (edges[index] ?? 0) }))
}
