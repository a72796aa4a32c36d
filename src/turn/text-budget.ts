import type { BotLimits } from '../bot.ts'
import type { TurnFacts } from './turn-facts.ts'

/** Events kept back for what ends a turn: citations, suggestions, usage and the terminal event. */
const RESERVED_EVENTS = 16

/** Lets text through up to the bot's limits; what passes the limit is cut and marked with an ellipsis. */
export class TextBudget {
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
    const lastEvent = this.#facts.events + 1 >= Math.max(2, this.#limits.events - RESERVED_EVENTS)
    if (text.length <= room && !lastEvent) return text
    this.#spent = true
    return text.length < room ? `${text}…` : `${cutAt(text, Math.max(0, room - 1))}…`
  }
}

/** Cuts without splitting a surrogate pair. */
function cutAt(text: string, length: number): string {
  const lead = text.charCodeAt(length - 1)
  return text.slice(0, lead >= 0xd800 && lead <= 0xdbff ? length - 1 : length)
}
