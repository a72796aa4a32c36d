import type { Fields } from './methods.ts'
import type { PortalState, StoredEvent } from './portal-state.ts'
import { authOf, postEvent } from './post-event.ts'

export interface PortalEventsOptions {
  readonly state: PortalState
  readonly format: 'form' | 'json'
  readonly places: () => { readonly portal: string; readonly auth: string }
  /** True for events that are given out once more after they were confirmed. */
  readonly repeats: (eventId: number) => boolean
}

/** How an event reaches the bot. */
export interface Told {
  /** In fetch mode. */
  readonly event: StoredEvent | undefined
  /** In webhook mode: the status of the answer; undefined when nobody answered or the event was lost. */
  readonly delivered: Promise<number | undefined>
}

/** Tells the bot what happens: keeps events to be fetched, or posts them, once. */
export class PortalEvents {
  /** How many of the next posted events never arrive. */
  toLose = 0
  readonly #options: PortalEventsOptions

  constructor(options: PortalEventsOptions) {
    this.#options = options
  }

  tell(type: string, data: object): Told {
    const { bot } = this.#options.state
    const nobody = Promise.resolve(undefined)
    if (bot?.eventMode === 'fetch') return { event: this.#queue(type, data), delivered: nobody }
    const lost = this.toLose > 0
    if (lost) this.toLose--
    const address = type === 'ONIMBOTMESSAGEUPDATE' ? bot?.updateUrl : bot?.webhookUrl
    const url = lost ? undefined : address
    return { event: undefined, delivered: url ? this.post(url, { event: type, data }) : nobody }
  }

  /** `more` comes beside what every event shows of its portal; what is undefined there is left out. */
  post(
    url: string,
    { event, data, more = {} }: { readonly event: string; readonly data: object; readonly more?: object },
  ): Promise<number | undefined> {
    const { state, format, places } = this.#options
    return postEvent({ url, event, data, auth: { ...authOf(state, places()), ...more }, format })
  }

  /** `imbot.v2.Event.get`: an offset confirms what is before it. */
  fetch({ offset = 0, limit = 100 }: Fields): object {
    const { state, repeats } = this.#options
    const now = Date.now()
    const confirmed = state.events.filter(
      ({ eventId, confirmedAt }) => confirmedAt === undefined && eventId < Number(offset),
    )
    for (const event of confirmed) {
      event.confirmedAt = now
      if (repeats(event.eventId)) this.#queue(event.type, event.data)
    }
    const waiting = state.events.filter(({ confirmedAt }) => confirmedAt === undefined)
    const given = waiting.slice(0, Number(limit))
    for (const event of given) event.deliveredAt ??= now
    return {
      events: given.map(({ eventId, type, data, date }) => ({ eventId, type, data, date })),
      nextOffset: (given.at(-1)?.eventId ?? Number(offset) - 1) + 1,
      hasMore: waiting.length > given.length,
    }
  }

  #queue(type: string, data: object): StoredEvent {
    const { state } = this.#options
    const event: StoredEvent = { eventId: state.nextId(), type, data, date: new Date().toISOString() }
    state.events.push(event)
    return event
  }
}
