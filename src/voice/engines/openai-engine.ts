import type { SpeechEngine, SpokenVoice } from '../voice.ts'
import { callSpeech } from './speech-call.ts'

export interface OpenAIEngineOptions {
  readonly baseUrl: string
  /** Servers of your own often need none. */
  readonly apiKey?: string
  readonly model: string
  readonly concurrency: number
}

const DEFAULT_VOICE = 'alloy'

/** Voices of Google and eSpeak NG are named after languages; OpenAI's are not, and speak all of them. */
const FOREIGN_NAME = /^[a-z]{2,3}(?:-[A-Z]{2}-|$|[+-])/

/**
 * OpenAI's speech, and any server with its API. PCM comes as it is made. Source: platform.openai.com/docs/api-reference/audio/createSpeech,
 * where pcm is 24 kHz, 16 bits, mono.
 */
export function createOpenAIEngine({
  baseUrl,
  apiKey,
  model,
  concurrency,
}: OpenAIEngineOptions): SpeechEngine {
  const headers = {
    'content-type': 'application/json',
    ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
  }
  return {
    id: `openai/${model}`,
    formats: ['pcm', 'mp3'],
    concurrency,
    synthesize: ({ text, voice, format }, signal) => {
      const body = JSON.stringify({ model, input: text, response_format: format, ...toVoice(voice, model) })
      return callSpeech({ url: `${baseUrl}/audio/speech`, headers, body, secrets: [apiKey ?? ''] }, signal)
    },
    close: async () => undefined,
  }
}

function toVoice({ name, speed, style }: SpokenVoice, model: string): object {
  return {
    voice: name !== undefined && !FOREIGN_NAME.test(name) ? name : DEFAULT_VOICE,
    ...(speed !== 1 && { speed }),
    // The first models refuse to be told how.
    ...(style !== undefined && !model.startsWith('tts-1') && { instructions: style }),
  }
}
