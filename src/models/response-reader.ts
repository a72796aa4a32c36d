import type { Dispatcher } from 'undici'
import { AppError } from '../errors.ts'
import { wakeAtTick } from './wake-at-tick.ts'

export interface ResponseHead {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** Unread bytes at which the socket is paused. */
const HIGH_WATER_BYTES = 256 * 1024

/** Unread bytes that are given at once, however soon after the last pull. */
const PLENTY_BYTES = 16 * 1024

/** How long the rest of a finished answer may take before its socket is closed instead of kept. */
const DRAIN_MS = 1_000

/**
 * One response of a provider as it arrives, pulled by one consumer. Everything that came since the last pull is
 * given at once: the network's own batches, and the pause the consumer asks for, decide how often it wakes.
 */
export class ResponseReader implements Dispatcher.DispatchHandler {
  readonly #signal: AbortSignal
  readonly #onAbort = (): void => this.#fail(this.#signal.reason)
  #controller: Dispatcher.DispatchController | undefined
  #head: ResponseHead | undefined
  #chunks: Buffer[] = []
  #unread = 0
  #pulledAt = 0
  #gathering = false
  #ended = false
  #failure: { readonly reason: unknown } | undefined
  #discarding: NodeJS.Timeout | undefined
  #wake: (() => void) | undefined

  /** Aborting `signal` fails the pending pull with the signal's reason and closes the socket. */
  constructor(signal: AbortSignal) {
    this.#signal = signal
    signal.addEventListener('abort', this.#onAbort, { once: true })
    if (signal.aborted) this.#onAbort()
  }

  /** Waits for status and headers. Throws `model_unavailable`, or the signal's reason. */
  async head(): Promise<ResponseHead> {
    while (!this.#head && !this.#failure) await this.#change()
    if (this.#failure) throw this.#failure.reason
    return this.#head as ResponseHead
  }

  /**
   * What has arrived, waiting for the next bytes when there are none; undefined at the end. Throws like `head`.
   * Bytes that come within `gatherMs` after the last pull wait until then for more, unless they are plenty or the last.
   */
  async read(gatherMs = 0): Promise<Buffer | undefined> {
    if (gatherMs > 0) await this.#gather(gatherMs)
    while (this.#chunks.length === 0 && !this.#ended && !this.#failure) await this.#change()
    // An abort is a failure too; asking the signal itself would cost more for every token.
    if (this.#failure && this.#signal.aborted) throw this.#signal.reason
    if (this.#chunks.length > 0) return this.#takeChunks()
    if (this.#failure) throw this.#failure.reason
    return undefined
  }

  /** Closes the socket, unless the response has ended or is being drained. */
  close(): void {
    this.#signal.removeEventListener('abort', this.#onAbort)
    if (!this.#ended && !this.#discarding) this.#abandon()
  }

  /** Reads the few bytes that follow a finished answer, so that the socket can serve the next one. */
  drain(): void {
    this.#signal.removeEventListener('abort', this.#onAbort)
    if (this.#ended || this.#failure) return
    this.#discarding = setTimeout(() => this.#abandon(), DRAIN_MS).unref()
    this.#takeChunks()
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#failure) controller.abort(toError(this.#failure.reason))
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: ResponseHead['headers']): void {
    if (status < 200) return
    this.#head = { status, headers }
    this.#notify()
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#discarding) return
    this.#chunks.push(chunk)
    this.#unread += chunk.length
    if (this.#unread > HIGH_WATER_BYTES) controller.pause()
    if (!this.#gathering || this.#unread >= PLENTY_BYTES) this.#notify()
  }

  onResponseEnd(): void {
    this.#ended = true
    clearTimeout(this.#discarding)
    this.#notify()
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#failure ??= { reason: new AppError('model_unavailable', { cause: error }) }
    clearTimeout(this.#discarding)
    this.#notify()
  }

  async #gather(gatherMs: number): Promise<void> {
    const due = this.#pulledAt + gatherMs
    if (due <= performance.now() || this.#unread >= PLENTY_BYTES || this.#ended || this.#failure) return
    this.#gathering = true
    const cancel = wakeAtTick(due, () => this.#notify())
    await this.#change()
    cancel()
    this.#gathering = false
  }

  #abandon(): void {
    this.#fail(new Error('nobody reads this response any more'))
  }

  #fail(reason: unknown): void {
    this.#failure ??= { reason }
    this.#controller?.abort(toError(reason))
    this.#notify()
  }

  #takeChunks(): Buffer {
    const [first = Buffer.alloc(0), ...more] = this.#chunks
    const bytes = more.length === 0 ? first : Buffer.concat(this.#chunks, this.#unread)
    this.#chunks = []
    this.#unread = 0
    this.#pulledAt = performance.now()
    if (this.#controller?.paused) this.#controller.resume()
    return bytes
  }

  #change(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve))
  }

  #notify(): void {
    this.#wake?.()
    this.#wake = undefined
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason })
}
