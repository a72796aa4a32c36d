import { AppError } from '../errors.ts'
import type { AudioFile, Transcriber, Transcription } from '../speech.ts'
import { ISO_CODES } from './text/language-names.ts'
import { baseOf } from './text/spoken-language.ts'

export interface TranscriberOptions {
  readonly baseUrl: string
  readonly apiKey?: string
  readonly model: string
  readonly timeoutMs: number
  readonly maxBytes: number
}

/** What OpenAI reads. Source: platform.openai.com/docs/api-reference/audio/createTranscription. */
const ENDINGS: Readonly<Record<string, string>> = {
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
  'audio/mp4': 'mp4',
  'audio/x-m4a': 'm4a',
  'audio/m4a': 'm4a',
  'audio/aac': 'm4a',
  'audio/webm': 'webm',
  'video/webm': 'webm',
  'video/mp4': 'mp4',
  'audio/ogg': 'ogg',
  'audio/opus': 'ogg',
  'application/ogg': 'ogg',
  'audio/wav': 'wav',
  'audio/wave': 'wav',
  'audio/x-wav': 'wav',
  'audio/vnd.wave': 'wav',
  'audio/flac': 'flac',
  'audio/x-flac': 'flac',
}
const KNOWN_ENDING = /\.(mp3|mp4|mpeg|mpga|m4a|oga|ogg|wav|webm|flac)$/i

/** Transcribes by a server with OpenAI's `/audio/transcriptions`. */
export function createTranscriber(options: TranscriberOptions): Transcriber {
  const { baseUrl, apiKey, timeoutMs, maxBytes } = options
  return {
    transcribe: async (audio, signal) => {
      if (audio.bytes.byteLength > maxBytes)
        throw new AppError('audio_too_large', { params: { limit: Math.floor(maxBytes / 1_048_576) } })
      const body = toForm(audio, options.model)
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
      try {
        const response = await fetch(`${baseUrl}/audio/transcriptions`, {
          method: 'POST',
          headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
          body,
          signal: deadline,
        })
        if (!response.ok) throw await toRefusal(response)
        return readTranscription(await response.json())
      } catch (error) {
        signal.throwIfAborted()
        throw error instanceof AppError ? error : new AppError('transcription_unavailable', { cause: error })
      }
    },
  }
}

/** Whisper says how sure it was and which language it heard; later models give the text alone. */
function toForm(audio: AudioFile, model: string): FormData {
  const form = new FormData()
  form.set('file', new Blob([new Uint8Array(audio.bytes)], { type: audio.contentType }), nameOf(audio))
  form.set('model', model)
  form.set('response_format', model.startsWith('gpt-') ? 'json' : 'verbose_json')
  if (audio.language !== undefined) form.set('language', baseOf(audio.language))
  return form
}

/** OpenAI tells the format by the ending. */
function nameOf({ name, contentType }: AudioFile): string {
  const [, known] = KNOWN_ENDING.exec(name) ?? []
  // Telegram's `.oga` is not among those that every server takes.
  const ending =
    known?.toLowerCase().replace('oga', 'ogg') ?? ENDINGS[contentType.split(';')[0]?.trim() ?? '']
  if (ending === undefined) throw new AppError('audio_unreadable')
  return `recording.${ending}`
}

const EXCERPT_LENGTH = 500

async function toRefusal(response: Response): Promise<AppError> {
  const words = (await response.text())
    .slice(0, EXCERPT_LENGTH)
    .replaceAll(/\b(?:sk|pk)-[\w*.-]{6,}/g, '[redacted]')
  const { status } = response
  const cause = new Error(`the transcription service answered ${status}: ${words}`)
  if (status === 400 || status === 415 || status === 422)
    return new AppError(/model/i.test(words) ? 'transcription_rejected' : 'audio_unreadable', { cause })
  const mayPass = (status === 429 && !words.includes('insufficient_quota')) || status === 408 || status >= 500
  return new AppError(mayPass ? 'transcription_unavailable' : 'transcription_rejected', { cause })
}

interface VerboseReply {
  readonly text?: unknown
  readonly language?: unknown
  readonly segments?: readonly { readonly avg_logprob?: number; readonly no_speech_prob?: number }[]
}

/** The bounds at which Whisper itself doubts what it heard. Source: openai/whisper, `transcribe`. */
const LOWEST_LOGPROB = -1
const HIGHEST_SILENCE = 0.6

function readTranscription(reply: unknown): Transcription {
  const { text, language, segments = [] } = reply as VerboseReply
  if (typeof text !== 'string')
    throw new AppError('transcription_unavailable', { cause: new Error('the reply holds no text') })
  const doubtful = segments.some(
    ({ avg_logprob: logprob = 0, no_speech_prob: silence = 0 }) =>
      logprob < LOWEST_LOGPROB || silence > HIGHEST_SILENCE,
  )
  return {
    text: text.trim(),
    language: typeof language === 'string' ? toIsoCode(language) : null,
    confidence: text.trim() === '' || doubtful ? 'low' : 'high',
  }
}

function toIsoCode(language: string): string | null {
  const lower = language.toLowerCase()
  return ISO_CODES[lower] ?? (/^[a-z]{2,3}$/.test(lower) ? lower : null)
}
