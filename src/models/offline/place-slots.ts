import { cutSpan } from './phrases.ts'
import type { Slot } from './slot.ts'

const PLACE_LEAD =
  /(?<![\p{L}\p{N}])(?:(?:in|at|for|of|в|во|для|по)\s+|(?:time\s?zone|часовой пояс)\s*(?:is|to|:|=|—|-|на)?\s+)(?<places>\p{L}[^?!;\n]*)/iu
const PLACE_NOISE =
  /(?<!\p{L})(?:right now|now|currently|at the moment|please|сейчас|пожалуйста|today|сегодня|time|времени|время)(?!\p{L})/giu

/** What stands after "in": one place, or several ("in Tokyo and in Paris"). */
export function findPlaces(text: string): Slot | undefined {
  const zone = /(?<![\p{L}/])(?:[A-Z][A-Za-z]+(?:\/[A-Z][A-Za-z_+-]+){1,2}|UTC|GMT)(?![\p{L}/])/u.exec(text)
  const match = PLACE_LEAD.exec(text)
  if (!match)
    return zone
      ? { values: [zone[0]], text: cutSpan(text, { start: zone.index, end: zone.index + zone[0].length }) }
      : undefined
  const places = (match.groups?.['places'] ?? '')
    .replaceAll(PLACE_NOISE, ' ')
    .split(/\s*,\s*|\s+(?:and|or|и|или)\s+/iu)
    .map((place) => place.replace(/^(?:in|at|for|в|во|для)\s+/iu, '').replaceAll(/^[\s"«]+|[\s"».]+$/gu, ''))
    .filter((place) => /\p{L}/u.test(place))
  if (places.length === 0) return undefined
  return { values: places, text: cutSpan(text, { start: match.index, end: match.index + match[0].length }) }
}
