import type { BotVoice } from '../bot-voice.ts'
import type { ContentCache } from '../cache/cache.ts'
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import type { Transcriber, VoiceProgress } from '../speech.ts'
import { FORMAT_OF } from './audio/packaging.ts'
import { chooseEngine } from './choose-engine.ts'
import { createSpeech, type OwnSpeech } from './create-speech.ts'
import { createTranscriber } from './transcriber.ts'
import type { SpeechEngine } from './voice.ts'

export interface VoiceParts {
  readonly config: Config
  readonly content: ContentCache
  /** The voice of a bot by its name. */
  readonly voiceOf: (bot: string) => BotVoice | undefined
  readonly onProblem: (message: string, cause: unknown) => void
  /** Told how much of an answer was spoken. */
  readonly onVoiced: (turnId: string, voice: VoiceProgress) => void
}

/** Speech in and out, as far as it is set up. */
export interface OpenVoice {
  readonly speech: OwnSpeech | undefined
  readonly transcriber: Transcriber | undefined
  /** What speaks, or what to do so that something does. */
  readonly speaks: VoiceState
  readonly listens: VoiceState
  close(): Promise<void>
}

export interface VoiceState {
  readonly on: boolean
  /** For people. */
  readonly detail: string
}

/** A whole answer takes a few seconds; who writes again meanwhile is answered after it. */
const VOICE_MESSAGE_MS = 20_000

/** Opens what the configuration asks for. Throws `invalid_configuration`. */
export async function openVoice({
  config,
  content,
  voiceOf,
  onProblem,
  onVoiced,
}: VoiceParts): Promise<OpenVoice> {
  const choice = await chooseEngine(config)
  const transcriber = openTranscriber(config)
  if (choice.engine) requireEncoding(choice.engine, config)
  const speech =
    choice.engine &&
    createSpeech({
      engine: choice.engine,
      title: choice.title,
      cache: content,
      voiceOf,
      language: config.TTS_VOICE_LANGUAGE,
      ...(config.TTS_VOICE_NAME !== undefined && { voiceName: config.TTS_VOICE_NAME }),
      encoding: config.TTS_ENCODING,
      maxChars: config.TTS_MAX_CHARS,
      waitMs: config.TTS_WAIT_BUDGET_MS,
      timeoutMs: config.TTS_REQUEST_TIMEOUT_MS,
      messageMs: VOICE_MESSAGE_MS,
      cacheMs: config.TTS_CACHE_TTL * 1_000,
      recordingMs: config.TTS_JOB_TTL_SEC * 1_000,
      onVoiced,
      onProblem: (cause) => onProblem('a sentence could not be spoken', cause),
    })
  return {
    speech,
    transcriber,
    speaks: { on: speech !== undefined, detail: choice.engine ? choice.title : `off: ${choice.problem}` },
    listens: { on: transcriber !== undefined, detail: describeTranscriber(config, transcriber) },
    close: async () => speech?.close(),
  }
}

/** What would speak and listen. Throws `invalid_configuration`. */
export async function describeVoice(config: Config): Promise<Pick<OpenVoice, 'speaks' | 'listens'>> {
  const nothingKept: ContentCache = { get: async () => undefined, set: async () => undefined }
  const nothing = (): undefined => undefined
  const silent = { voiceOf: nothing, onProblem: nothing, onVoiced: nothing }
  const voice = await openVoice({ config, content: nothingKept, ...silent })
  await voice.close()
  return { speaks: voice.speaks, listens: voice.listens }
}

function requireEncoding({ formats }: SpeechEngine, { TTS_ENCODING: encoding }: Config): void {
  if (formats.includes(FORMAT_OF[encoding])) return
  const problem = `TTS_ENCODING is ${encoding}, which eSpeak NG does not give. Use linear16 or ogg_opus.`
  throw new AppError('invalid_configuration', { params: { problem } })
}

function openTranscriber(config: Config): Transcriber | undefined {
  const apiKey = config.STT_API_KEY ?? config.OPENAI_API_KEY
  const { STT_ENABLED: enabled, STT_BASE_URL: own } = config
  if (!enabled || (apiKey === undefined && own === undefined)) return undefined
  return createTranscriber({
    baseUrl: own ?? config.OPENAI_BASE_URL,
    ...(apiKey !== undefined && { apiKey }),
    model: config.STT_MODEL,
    timeoutMs: config.STT_TIMEOUT_MS,
    maxBytes: config.STT_MAX_BYTES,
  })
}

function describeTranscriber(config: Config, transcriber: Transcriber | undefined): string {
  if (transcriber) return `transcribed by ${config.STT_MODEL}`
  return config.STT_ENABLED ? 'off: set OPENAI_API_KEY or STT_BASE_URL' : 'off: STT_ENABLED is false'
}
