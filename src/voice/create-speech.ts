import type { BotVoice } from '../bot-voice.ts'
import type { ContentCache } from '../cache/cache.ts'
import { AppError } from '../errors.ts'
import type { StartEvent } from '../events.ts'
import type { Recording, Speech, VoiceMessageRequest, VoiceProgress } from '../speech.ts'
import { describeEncoding, FORMAT_OF, Packaging, type Encoding } from './audio/packaging.ts'
import { Narration } from './narration.ts'
import { Recordings } from './recordings.ts'
import { Speaker, type SpeakerCounters } from './speaker.ts'
import { spokenLanguage } from './text/spoken-language.ts'
import { spokenSentences } from './text/spoken-sentences.ts'
import { voicedEvents } from './voiced-events.ts'
import type { AudioFormat, SpeechEngine, SpokenVoice } from './voice.ts'

export interface SpeechOptions {
  readonly engine: SpeechEngine
  /** What speaks, for people. */
  readonly title: string
  readonly cache: ContentCache
  /** The voice of a bot by its name. */
  readonly voiceOf: (bot: string) => BotVoice | undefined
  /** BCP 47; of bots and requests that name none. */
  readonly language: string
  /** Of bots that name no voice. */
  readonly voiceName?: string
  readonly encoding: Encoding
  readonly maxChars: number
  readonly waitMs: number
  readonly timeoutMs: number
  /** How long the making of a voice message may take: what is written next to the chat waits behind it. */
  readonly messageMs: number
  readonly cacheMs: number
  readonly recordingMs: number
  readonly onProblem: (cause: unknown) => void
  /** Told how much of an answer was spoken. */
  readonly onVoiced: (turnId: string, voice: VoiceProgress) => void
}

/** Speech with what only the server itself needs of it. */
export interface OwnSpeech extends Speech {
  readonly recordings: Recordings
  /** Counts since the start. */
  readonly counters: SpeakerCounters
  readonly maxChars: number
  close(): Promise<void>
}

/** Puts an engine, the cache and the cutting of sentences together. */
export function createSpeech(options: SpeechOptions): OwnSpeech {
  const { engine, cache, encoding, maxChars, waitMs } = options
  const { cacheMs, timeoutMs, onProblem } = options
  // Whoever waits longer than half of what an answer waits has no use for it.
  const speaker = new Speaker({ engine, cache, cacheMs, timeoutMs, mostWaitMs: waitMs / 2, onProblem })
  const packaging = new Packaging()
  const format = FORMAT_OF[encoding]
  const recorder = new Recorder(speaker, (bot, language) => voiceFor(options, bot, language))
  const recordings = new Recordings({
    cache,
    lifetimeMs: options.recordingMs,
    waitMs,
    make: async (request, signal) => {
      const whole: AudioFormat = engine.formats.includes('mp3') ? 'mp3' : 'pcm'
      const parts = await recorder.record({ ...request, signal }, { maxChars, format: whole })
      return packaging.toRecording(parts, whole)
    },
  })
  return {
    engine: options.title,
    counters: speaker.counters,
    recordings,
    maxChars,
    voice: (events, asked) => {
      // While the model writes its first sentence; before, nobody may ever ask for speech, and a thread takes 90 MB.
      engine.warm?.()
      let bot = ''
      let turnId = ''
      const narration = new Narration({
        maxChars,
        waitMs,
        skip: asked.after?.chunks ?? 0,
        speak: async (text, sequence, signal) => {
          const voice = inLanguageOf(text, voiceFor(options, bot, asked.language))
          const request = { text, voice, format }
          return await packaging.pack(await speaker.say(request, sequence, signal), encoding, signal)
        },
      })
      const onStart = (event: StartEvent): void => {
        bot = event.bot
        turnId = event.turnId
      }
      const onEnd = (progress: VoiceProgress): void => {
        if (turnId !== '' && progress.chunks > 0) options.onVoiced(turnId, progress)
      }
      return voicedEvents({ events, narration, onStart, onEnd, sound: describeEncoding(encoding) }, asked)
    },
    record: (request) => recordings.begin(request),
    voiceMessage: (request) =>
      withinPatience(options, request.signal, async (signal): Promise<Recording> => {
        const parts = await recorder.record({ ...request, signal }, { maxChars, format: 'pcm' })
        return await packaging.toVoiceMessage(parts, signal)
      }),
    close: async () => {
      recordings.close()
      await Promise.all([engine.close(), packaging.close()])
    },
  }
}

/** Gives up what takes longer than `messageMs`, and says so. */
async function withinPatience<Made>(
  { messageMs, onProblem }: Pick<SpeechOptions, 'messageMs' | 'onProblem'>,
  signal: AbortSignal,
  make: (signal: AbortSignal) => Promise<Made>,
): Promise<Made> {
  const patience = AbortSignal.timeout(messageMs)
  try {
    return await make(AbortSignal.any([signal, patience]))
  } catch (error) {
    if (signal.aborted || !patience.aborted) throw error
    const problem = new AppError('speech_unavailable', {
      cause: new Error('the voice message took too long'),
    })
    onProblem(problem)
    throw problem
  }
}

function voiceFor({ voiceOf, language, voiceName }: SpeechOptions, bot: string, asked?: string): SpokenVoice {
  const { name = voiceName, speed = 1, style, language: own } = voiceOf(bot) ?? {}
  return {
    language: own ?? asked ?? language,
    speed,
    ...(name !== undefined && { name }),
    ...(style !== undefined && { style }),
  }
}

/** Engines leave out a name that is not of the language. */
function inLanguageOf(text: string, voice: SpokenVoice): SpokenVoice {
  return { ...voice, language: spokenLanguage(text, voice.language) }
}

/** Behind the sentences of answers that somebody listens to now. */
const LOW_URGENCY = 100

/** Speaks whole texts. */
class Recorder {
  readonly #speaker: Speaker
  readonly #voiceFor: (bot: string, language: string | undefined) => SpokenVoice

  constructor(speaker: Speaker, voiceFor: (bot: string, language: string | undefined) => SpokenVoice) {
    this.#speaker = speaker
    this.#voiceFor = voiceFor
  }

  /** The audio of the sentences; the queue of the speaker says how many are spoken at a time. */
  async record(
    { text, bot, language, signal }: VoiceMessageRequest,
    { maxChars, format }: { readonly maxChars: number; readonly format: AudioFormat },
  ): Promise<readonly Uint8Array[]> {
    const voice = this.#voiceFor(bot, language)
    const sentences = spokenSentences(text, maxChars)
    if (sentences.length === 0)
      throw new AppError('speech_rejected', { cause: new Error('the text holds nothing that can be said') })
    return await Promise.all(
      sentences.map((sentence) =>
        this.#speaker.say(
          { text: sentence, voice: inLanguageOf(sentence, voice), format },
          LOW_URGENCY,
          signal,
        ),
      ),
    )
  }
}
