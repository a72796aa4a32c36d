import type { Account } from './answer-claim.ts'
import type { LoggedEvent, TurnEvent } from './events.ts'

/** Speech as channels see it: spoken answers. */
export interface Speech {
  /** What speaks, for people, such as `eSpeak NG`. */
  readonly engine: string
  /**
   * Follows an answer and speaks it sentence by sentence, each as one `audio` event, in order. Text is told when it
   * comes, whatever speech does; only the terminal event waits for the last sentences, at most `TTS_WAIT_BUDGET_MS`.
   * When speech fails there is one `warning`, and no audio from then on.
   */
  voice(events: AsyncIterable<LoggedEvent>, options: VoiceOptions): AsyncIterable<VoicedEvent>
  /**
   * A whole text as one recording, at most `TTS_MAX_CHARS` of it. Undefined when that takes longer than
   * `TTS_WAIT_BUDGET_MS`; it is then at `/api/text-to-speech/{id}` a little later. Throws `speech_unavailable` or
   * `speech_rejected`.
   */
  record(request: RecordingRequest): Promise<Recording | undefined>
  /** A text as a voice message: Ogg Opus. Throws as `record`. */
  voiceMessage(request: VoiceMessageRequest): Promise<Recording>
}

/** Speech the other way round. */
export interface Transcriber {
  /**
   * The words of a recording. Throws `audio_too_large`, `audio_unreadable`, `transcription_unavailable` or
   * `transcription_rejected`.
   */
  transcribe(audio: AudioFile, signal: AbortSignal): Promise<Transcription>
}

export interface VoiceOptions {
  /** BCP 47 tag of the request; the bot's own language comes first. */
  readonly language?: string | undefined
  /** Ends the speaking: the reader has left. */
  readonly signal: AbortSignal
  /** What the reader has already: events up to `seq`, and so many sentences as audio. Default: nothing. */
  readonly after?: { readonly seq: number; readonly chunks: number }
  /** Resolves when the reader has taken what was sent; audio waits for it, text does not. Default: at once. */
  readonly caughtUp?: () => Promise<void>
}

/** An event of a voiced answer. Audio and warnings have the place of the event before them. */
export interface VoicedEvent {
  readonly seq: number
  readonly event: TurnEvent | WarningEvent
  readonly voice: VoiceProgress
}

/** What is wrong with the speech of an answer that goes on without it. */
export interface WarningEvent {
  readonly type: 'warning'
  readonly message: string
}

/** How far the speaking of an answer is, this event included. */
export interface VoiceProgress {
  /** Sentences told as audio, those of before a resumption included. */
  readonly chunks: number
  /** From the begin of the turn to the first audio, in milliseconds; null as long as there is none. */
  readonly firstAudioMs: number | null
}

export interface VoiceMessageRequest {
  readonly text: string
  /** The name of the bot that speaks. */
  readonly bot: string
  readonly language?: string | undefined
  readonly signal: AbortSignal
}

export interface RecordingRequest extends Omit<VoiceMessageRequest, 'signal'> {
  /** Names the recording; under the same id it is made once. */
  readonly id: string
  /** Who alone may fetch it. Default: whoever has the id. */
  readonly account?: Account | undefined
}

export interface Recording {
  readonly bytes: Uint8Array
  /** Such as `audio/mpeg`. */
  readonly contentType: string
  /** Null when the format does not tell it easily. */
  readonly seconds: number | null
}

export interface AudioFile {
  readonly bytes: Uint8Array
  /** Its ending tells the format. */
  readonly name: string
  readonly contentType: string
  /** What is probably spoken: a BCP 47 tag. Default: found out. */
  readonly language?: string
}

export interface Transcription {
  readonly text: string
  /** ISO 639-1; null when the service does not say. */
  readonly language: string | null
  readonly confidence: 'high' | 'low'
}
