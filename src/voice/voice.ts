/** The door of the voice room: what a speech engine is. */
export interface SpeechEngine {
  /** Names engine and model, for people and for the cache. */
  readonly id: string
  /** What it can give; the first is the one it gives most easily. */
  readonly formats: readonly [AudioFormat, ...AudioFormat[]]
  /** Sentences it should be given at the same time. */
  readonly concurrency: number
  /**
   * Speaks one sentence of at most 600 characters. Yields the audio as it comes. Throws `speech_unavailable` for what
   * may pass, `speech_rejected` for what does not.
   */
  synthesize(request: SpeechRequest, signal: AbortSignal): AsyncIterable<Uint8Array>
  /** Gets ready, when speech will be wanted soon; failures show at the first sentence. */
  warm?(): void
  close(): Promise<void>
}

/** `pcm`: 16 bits, little-endian, one channel, 24,000 samples a second, without a header. */
export type AudioFormat = 'pcm' | 'mp3'

/** Of `pcm`, and of all that is made of it, in hertz. */
export const SAMPLE_RATE = 24_000

export interface SpeechRequest {
  readonly text: string
  readonly voice: SpokenVoice
  readonly format: AudioFormat
}

/** A voice as an engine is asked for it. */
export interface SpokenVoice {
  /** BCP 47. */
  readonly language: string
  /** Engines leave out a name that is not of the language. */
  readonly name?: string
  /** 0.25 to 4. */
  readonly speed: number
  readonly style?: string
}
