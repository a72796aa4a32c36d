import type { BotLimits } from '../bot.ts'
import type { TurnEvent } from '../events.ts'
import type { TurnFacts } from './turn-facts.ts'

/** Events kept back for what ends a turn: citations, suggestions, usage and the terminal event. */
const RESERVED_EVENTS = 16

/** Lets text and events through up to the bot's limits; text that passes its limit is cut and marked with an ellipsis. */
export class TurnBudget {
  readonly #limits: BotLimits
  readonly #facts: TurnFacts
  #spent = false

  constructor(limits: BotLimits, facts: TurnFacts) {
    this.#limits = limits
    this.#facts = facts
  }

  /** True when the answer has to end here. */
  get spent(): boolean {
    return this.#spent
  }

  take(text: string): string {
    const room = this.#limits.characters - this.#facts.characters
    const lastEvent = !this.#hasRoomFor(1)
    if (text.length <= room && !lastEvent) return text
    this.#spent = true
    return text.length < room ? `${text}…` : cutTo(text, room)
  }

  /** An event of a tool as far as the limits let it through: cut, or undefined. */
  allow(event: TurnEvent): TurnEvent | undefined {
    // The end of a call is always told, since its begin was.
    if (event.type === 'tool-call-end') return event
    if (!this.#hasRoomFor(2)) return undefined
    if (event.type !== 'replace' || event.text.length <= this.#limits.characters) return event
    return { type: 'replace', text: cutTo(event.text, this.#limits.characters) }
  }

  #hasRoomFor(events: number): boolean {
    return this.#facts.events + events < Math.max(2, this.#limits.events - RESERVED_EVENTS)
  }
}

/** Cuts to at most `length` characters, the ellipsis included. */
function cutTo(text: string, length: number): string {
  return text.length <= length ? text : `${cutAt(text, Math.max(0, length - 1))}…`
}

/** Cuts without splitting a surrogate pair. */
function cutAt(text: string, length: number): string {
  const lead = text.charCodeAt(length - 1)
  return text.slice(0, lead >= 0xd800 && lead <= 0xdbff ? length - 1 : length)
}
