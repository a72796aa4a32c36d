import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { ContentCache } from '../cache/cache.ts'
import { AppError, toAppError } from '../errors.ts'
import { SpeechQueue } from './speech-queue.ts'
import type { SpeechEngine, SpeechRequest } from './voice.ts'

export interface SpeakerOptions {
  readonly engine: SpeechEngine
  readonly cache: ContentCache
  /** In milliseconds; 0 keeps nothing. */
  readonly cacheMs: number
  /** For one attempt to speak one sentence. */
  readonly timeoutMs: number
  /** A sentence that would wait longer for its turn is not spoken. Default 4,000. */
  readonly mostWaitMs?: number
  /** The pause before the second attempt; each further one is doubled. Default 1,000. */
  readonly pauseMs?: number
  /** Told why a sentence was not spoken. */
  readonly onProblem: (cause: unknown) => void
}

/** Counts since the start. */
export interface SpeakerCounters {
  /** Sentences that were in the cache, and that were not. */
  readonly hits: number
  readonly misses: number
  /** Sentences that could not be spoken. */
  readonly failures: number
}

/** As guide 002's server. */
const ATTEMPTS = 3
const PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 10_000
/** After so many failures in a row the service is left alone for a while. */
const FAILURES_TO_REST = 5
const REST_MS = 30_000
const MOST_WAIT_MS = 4_000
/** How much the last sentence counts in the mean of how long one takes. */
const WEIGHT = 0.1

/** Has sentences spoken: from the cache, or by the engine, with patience for what may pass. */
export class Speaker {
  readonly counters = { hits: 0, misses: 0, failures: 0 }
  readonly #options: SpeakerOptions
  readonly #queue: SpeechQueue
  #failuresInARow = 0
  #restUntil = 0
  /** How long a sentence takes when it is its turn, in milliseconds. */
  #meanMs = 0

  constructor(options: SpeakerOptions) {
    this.#options = options
    this.#queue = new SpeechQueue(options.engine.concurrency)
  }

  /**
   * The audio of a sentence; `urgency` 0 goes first. Throws `speech_unavailable` or `speech_rejected`, or the signal's
   * reason.
   */
  async say(request: SpeechRequest, urgency: number, signal: AbortSignal): Promise<Uint8Array> {
    const { cache, cacheMs, engine } = this.#options
    const key = toKey(engine.id, request)
    const kept = cacheMs > 0 ? await cache.get(key) : undefined
    if (kept) {
      this.counters.hits++
      return kept
    }
    this.counters.misses++
    try {
      const audio = await this.#sayPatiently(request, urgency, signal)
      // Not waited for: who speaks now has it.
      if (cacheMs > 0) void cache.set(key, audio, cacheMs)
      return audio
    } catch (error) {
      signal.throwIfAborted()
      this.counters.failures++
      this.#options.onProblem(error)
      throw toAppError(error)
    }
  }

  async #sayPatiently(request: SpeechRequest, urgency: number, signal: AbortSignal): Promise<Uint8Array> {
    for (let attempt = 1; ; attempt++) {
      this.#requireAwake()
      this.#requireRoom(urgency)
      try {
        const audio = await this.#queue.run(urgency, () => this.#synthesize(request, signal), signal)
        this.#failuresInARow = 0
        return audio
      } catch (error) {
        signal.throwIfAborted()
        const failure = toAppError(error)
        if (failure.code !== 'speech_unavailable') throw failure
        this.#noteFailure()
        if (attempt === ATTEMPTS) throw failure
        await delay(this.#pauseAfter(attempt, failure), undefined, { signal })
      }
    }
  }

  async #synthesize(request: SpeechRequest, signal: AbortSignal): Promise<Uint8Array> {
    const timeout = AbortSignal.timeout(this.#options.timeoutMs)
    const begun = performance.now()
    const parts: Uint8Array[] = []
    try {
      for await (const part of this.#options.engine.synthesize(request, AbortSignal.any([signal, timeout])))
        parts.push(part)
    } catch (error) {
      throw timeout.aborted && !signal.aborted ? new AppError('speech_unavailable', { cause: error }) : error
    }
    this.#meanMs += (performance.now() - begun - this.#meanMs) * WEIGHT
    const [first = new Uint8Array(), ...others] = parts
    if (first.byteLength === 0)
      throw new AppError('speech_unavailable', { cause: new Error('no audio came') })
    return others.length === 0 ? first : Buffer.concat(parts)
  }

  #noteFailure(): void {
    this.#failuresInARow++
    if (this.#failuresInARow >= FAILURES_TO_REST) this.#restUntil = performance.now() + REST_MS
  }

  /** More listeners than the engine has breath for: later sentences are left out, so that first ones come in time. */
  #requireRoom(urgency: number): void {
    const { engine, mostWaitMs = MOST_WAIT_MS } = this.#options
    const waitMs = (this.#queue.ahead(urgency) * this.#meanMs) / engine.concurrency
    if (waitMs > mostWaitMs)
      throw new AppError('speech_unavailable', { cause: new Error('too many sentences wait to be spoken') })
  }

  /** After the rest one sentence is tried; its failure begins another rest. */
  #requireAwake(): void {
    if (performance.now() < this.#restUntil)
      throw new AppError('speech_unavailable', {
        cause: new Error('the speech service is left alone for a while'),
      })
  }

  #pauseAfter(attempt: number, { retryAfterMs = 0 }: AppError): number {
    const own = (this.#options.pauseMs ?? PAUSE_MS) * 2 ** (attempt - 1)
    return Math.min(LONGEST_PAUSE_MS, Math.max(own, retryAfterMs))
  }
}

/** Guide 002's key, `tts_audio:<language>:<voice>:<text>`, with stronger hashes. */
function toKey(engine: string, { text, voice, format }: SpeechRequest): string {
  const { language, name, speed, style } = voice
  return `tts_audio:${language}:${hash(JSON.stringify([engine, name, speed, style, format]))}:${hash(text)}`
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 24)
}
