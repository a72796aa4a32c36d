import type { AnswerOwner } from '../answer-claim.ts'
import type { LoggedEvent, TurnEvent } from '../events.ts'
import { EventLog } from './event-log.ts'

/** A turn that runs in this process: its events so far, and the handle that stops it. */
export class LiveTurn {
  readonly id: string
  readonly owner: AnswerOwner
  readonly #log = new EventLog<LoggedEvent>()
  readonly #controller = new AbortController()
  #stored = 0

  constructor(id: string, owner: AnswerOwner) {
    this.id = id
    this.owner = owner
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Ends the turn early; `reason` as `runTurn` reads it. */
  abort(reason?: unknown): void {
    this.#controller.abort(reason)
  }

  append(event: TurnEvent): void {
    this.#log.append({ seq: this.#log.entries.length + 1, event })
  }

  close(): void {
    this.#log.close()
  }

  /** The events after `afterSeq`, then those to come; a place beyond the last event is the last event. */
  read(afterSeq: number): AsyncIterable<LoggedEvent> {
    return this.#log.read(Math.min(afterSeq, this.#log.entries.length))
  }

  /** What the store does not have yet. */
  get unstored(): readonly LoggedEvent[] {
    return this.#log.entries.slice(this.#stored)
  }

  markStored(events: readonly LoggedEvent[]): void {
    this.#stored = events.at(-1)?.seq ?? this.#stored
  }

  /** The place `event` will have when it is appended next. */
  next(event: TurnEvent): LoggedEvent {
    return { seq: this.#log.entries.length + 1, event }
  }
}
