import { AppError } from '../../errors.ts'
import { fromWav } from '../audio/wav.ts'
import { baseOf } from '../text/spoken-language.ts'
import { SAMPLE_RATE, type SpeechEngine, type SpeechRequest, type SpokenVoice } from '../voice.ts'
import { GoogleToken, type ServiceAccount } from './google-token.ts'
import { callSpeech } from './speech-call.ts'

export interface GoogleEngineOptions {
  readonly baseUrl: string
  readonly concurrency: number
  /** An API key, or a service account. */
  readonly access: { readonly apiKey: string } | { readonly account: ServiceAccount }
  /** Whose quota is used. Default: that of the credentials. */
  readonly projectId?: string
}

/** Google takes 5,000 bytes a call; a sentence has at most 600 characters of up to 3 bytes. */
const MOST_BYTES = 5_000

/** Google Cloud Text-to-Speech over REST. Source: cloud.google.com/text-to-speech/docs/reference/rest/v1/text/synthesize. */
export function createGoogleEngine({
  baseUrl,
  concurrency,
  access,
  projectId,
}: GoogleEngineOptions): SpeechEngine {
  const token = 'account' in access ? new GoogleToken(access.account) : undefined
  const own = 'apiKey' in access ? { 'x-goog-api-key': access.apiKey } : {}
  const secrets = 'apiKey' in access ? [access.apiKey] : []
  const project = projectId ?? ('account' in access ? access.account.project_id : undefined)
  return {
    id: 'google',
    formats: ['pcm', 'mp3'],
    concurrency,
    async *synthesize(asked, signal) {
      const headers = {
        'content-type': 'application/json',
        ...own,
        ...(token && { authorization: `Bearer ${await token.get()}` }),
        ...(project !== undefined && { 'x-goog-user-project': project }),
      }
      const call = { url: `${baseUrl}/v1/text:synthesize`, headers, body: toBody(asked), secrets }
      const parts: Buffer[] = []
      try {
        for await (const part of callSpeech(call, signal)) parts.push(part)
      } catch (error) {
        // It may have been taken back; the next sentence gets a new one.
        token?.drop()
        throw error
      }
      yield readAudio(Buffer.concat(parts).toString(), asked)
    },
    warm: () => void token?.get().catch(() => undefined),
    close: async () => undefined,
  }
}

function toBody({ text, voice, format }: SpeechRequest): string {
  if (Buffer.byteLength(text) > MOST_BYTES)
    throw new AppError('speech_rejected', { cause: new Error('the sentence is too long for Google') })
  return JSON.stringify({
    input: { text },
    voice: toVoice(voice),
    audioConfig: {
      audioEncoding: format === 'mp3' ? 'MP3' : 'LINEAR16',
      sampleRateHertz: SAMPLE_RATE,
      ...(voice.speed !== 1 && { speakingRate: voice.speed }),
    },
  })
}

/** Guide 002's voice; there is one of its family for each of the languages that have it. */
const FAMILY = 'Chirp3-HD-Leda'
const DEFAULT_LANGUAGE = 'en-IN'

/** A name begins with its language; one of another language is left out, and Google chooses. */
function toVoice({ language, name }: SpokenVoice): object {
  const own = name && /^[a-z]{2,3}-[a-z]{2}/i.exec(name)?.[0]
  if (own && baseOf(own) === baseOf(language)) return { languageCode: own, name }
  if (language === DEFAULT_LANGUAGE) return { languageCode: language, name: `${language}-${FAMILY}` }
  return { languageCode: language }
}

function readAudio(body: string, { format }: SpeechRequest): Buffer {
  try {
    const { audioContent } = JSON.parse(body) as { readonly audioContent?: unknown }
    if (typeof audioContent !== 'string' || audioContent === '')
      throw new Error('there is no audio in the reply')
    const bytes = Buffer.from(audioContent, 'base64')
    return format === 'mp3' ? bytes : fromWav(bytes).pcm
  } catch (error) {
    throw new AppError('speech_unavailable', { cause: error })
  }
}
