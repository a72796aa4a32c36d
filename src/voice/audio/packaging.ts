import { AppError } from '../../errors.ts'
import type { Recording } from '../../speech.ts'
import { SAMPLE_RATE, type AudioFormat } from '../voice.ts'
import { ThreadCalls } from './thread-calls.ts'
import { secondsOf, toWav } from './wav.ts'

/** How audio is streamed; in capitals the name that clients read. */
export type Encoding = 'linear16' | 'ogg_opus' | 'mp3'

/** Which format of an engine an encoding is made of. */
export const FORMAT_OF: Readonly<Record<Encoding, AudioFormat>> = {
  linear16: 'pcm',
  ogg_opus: 'pcm',
  mp3: 'mp3',
}

/** What clients are told of an encoding. */
export function describeEncoding(encoding: Encoding): {
  readonly encoding: string
  readonly sampleRate: number
} {
  return { encoding: encoding.toUpperCase(), sampleRate: SAMPLE_RATE }
}

/** Makes files of what engines give; Opus is made in a thread of its own. */
export class Packaging {
  readonly #opus = new ThreadCalls<Uint8Array>('./opus-thread')

  /** One sentence, as it is streamed. */
  async pack(audio: Uint8Array, encoding: Encoding, signal: AbortSignal): Promise<Uint8Array> {
    if (encoding === 'mp3') return audio
    return encoding === 'linear16' ? toWav(audio) : await this.#toOgg(audio, signal)
  }

  /** All sentences as one file that every browser plays. */
  toRecording(parts: readonly Uint8Array[], format: AudioFormat): Recording {
    const bytes = Buffer.concat(parts)
    // MP3 has no header for the whole: files in a row are a file.
    if (format === 'mp3') return { bytes, contentType: 'audio/mpeg', seconds: null }
    return { bytes: toWav(bytes), contentType: 'audio/wav', seconds: secondsOf(bytes) }
  }

  /** All sentences, as PCM, as one voice message. */
  async toVoiceMessage(parts: readonly Uint8Array[], signal: AbortSignal): Promise<Recording> {
    const pcm = Buffer.concat(parts)
    return { bytes: await this.#toOgg(pcm, signal), contentType: 'audio/ogg', seconds: secondsOf(pcm) }
  }

  close(): Promise<void> {
    return this.#opus.close()
  }

  async #toOgg(pcm: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    try {
      return await this.#opus.call(pcm, signal)
    } catch (error) {
      signal.throwIfAborted()
      throw new AppError('speech_unavailable', { cause: error })
    }
  }
}
