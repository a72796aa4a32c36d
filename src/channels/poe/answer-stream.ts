import { isTerminal, type LoggedEvent } from '../../events.ts'
import type { EventStream } from '../../http/event-stream.ts'
import type { PoeGovernor } from './governor.ts'
import { toPoeFrames, type PoeError, type PoeEvent } from './poe-events.ts'

export interface AnswerStreamOptions {
  readonly governor: PoeGovernor
  /** Called once, when the reader has been sent some of the answer. */
  readonly onSpoken: () => void
}

/** One response on the wire: gives the governor its clock and sends what it says. */
export class AnswerStream {
  readonly #out: EventStream
  readonly #governor: PoeGovernor
  readonly #onSpoken: () => void
  #timer: NodeJS.Timeout | undefined
  #wakeAt = Infinity
  #spoken = false

  /** Sends the first event. */
  constructor(out: EventStream, { governor, onSpoken }: AnswerStreamOptions) {
    this.#out = out
    this.#governor = governor
    this.#onSpoken = onSpoken
    this.#send(governor.open())
  }

  /** Sends the answer to its end. Resolves with how it ended: `end`, `error`, or `cut` when the stream ended first. */
  async relay(events: AsyncIterable<LoggedEvent>): Promise<'end' | 'error' | 'cut'> {
    for await (const { event } of events) {
      if (!this.#send(this.#governor.take(event, performance.now()))) await this.#out.caughtUp()
      if (isTerminal(event)) return event.type
      if (this.#governor.over || !this.#out.open) return 'cut'
    }
    return 'cut'
  }

  /** Ends the response with an error, unless it has ended. */
  fail(error: PoeError): void {
    if (this.#governor.over) return
    this.#send(this.#governor.fail(error, performance.now()))
  }

  /** Nothing is sent any more. */
  close(): void {
    clearTimeout(this.#timer)
    this.#out.end()
  }

  #send(events: readonly PoeEvent[]): boolean {
    let taken = true
    if (events.length > 0) {
      const frames = toPoeFrames(events)
      if (this.#governor.over) this.#out.end(frames)
      else taken = this.#out.send(frames)
      this.#noteSpoken()
    }
    this.#arm()
    return taken
  }

  #noteSpoken(): void {
    if (this.#spoken || !this.#governor.spoken || !this.#out.open) return
    this.#spoken = true
    this.#onSpoken()
  }

  /** Sets the timer only when the governor wants to be woken earlier: a token costs no timer. */
  #arm(): void {
    if (this.#governor.over || !this.#out.open) return clearTimeout(this.#timer)
    const { wakeAt } = this.#governor
    if (wakeAt >= this.#wakeAt) return
    clearTimeout(this.#timer)
    this.#wakeAt = wakeAt
    this.#timer = setTimeout(() => this.#wake(), Math.max(0, Math.ceil(wakeAt - performance.now())))
  }

  #wake(): void {
    this.#wakeAt = Infinity
    this.#send(this.#governor.tick(performance.now()))
  }
}
