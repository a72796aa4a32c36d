import type { CalledReply } from './fake-model-server.ts'
import type { RequestBody } from './fake-reply.ts'
import { fakeMp3, fakeSpeech, fakeWav } from './fake-sound.ts'
import type { SentFile } from './read-form.ts'

/** OpenAI's limits: characters of a text to speak, bytes of a recording. */
const MOST_CHARACTERS = 4_096
const MOST_BYTES = 26_214_400

const FORMATS: Readonly<Record<string, readonly [contentType: string, make: (text: string) => Buffer]>> = {
  mp3: ['audio/mpeg', fakeMp3],
  wav: ['audio/wav', (text) => fakeWav(text)],
  pcm: ['audio/pcm', fakeSpeech],
}
const VOICES = 'alloy ash ballad coral echo fable onyx nova sage shimmer verse marin cedar'.split(' ')

/** What `/audio/speech` replies; `refuse` makes the provider's error body. Opus, AAC and FLAC are not imitated. */
export function answerSpeech(
  { input, voice, model, response_format: format = 'mp3' }: RequestBody,
  refuse: (message: string) => CalledReply,
): CalledReply {
  if (typeof model !== 'string') return refuse('you must provide a model parameter')
  if (typeof input !== 'string' || input === '') return refuse("Missing required parameter: 'input'.")
  if (input.length > MOST_CHARACTERS)
    return refuse(
      `Invalid 'input': string too long. Expected a string with maximum length ${MOST_CHARACTERS}.`,
    )
  if (!VOICES.includes(String(voice)))
    return refuse(
      `Invalid value: '${String(voice)}'. Supported values are: ${VOICES.map((one) => `'${one}'`).join(', ')}.`,
    )
  const [contentType, make] = FORMATS[String(format)] ?? []
  if (!contentType || !make) return refuse(`Invalid value: '${String(format)}'.`)
  return { status: 200, bytes: make(input), contentType }
}

const ENDINGS = 'flac m4a mp3 mp4 mpeg mpga oga ogg wav webm'.split(' ')

/** What `/audio/transcriptions` replies with the words it is told to have heard. */
export function answerTranscription(
  { file, model, response_format: format = 'json' }: RequestBody,
  words: string,
  refuse: (message: string, status?: number) => CalledReply,
): CalledReply {
  if (typeof model !== 'string') return refuse('you must provide a model parameter')
  if (!isSentFile(file)) return refuse("Missing required parameter: 'file'.")
  if (file.bytes.length > MOST_BYTES)
    return refuse(
      `Maximum content size limit (${MOST_BYTES}) exceeded (${file.bytes.length} bytes read)`,
      413,
    )
  if (!ENDINGS.includes(file.name.split('.').at(-1) ?? '') || file.bytes.length === 0)
    return refuse(`Invalid file format. Supported formats: ${JSON.stringify(ENDINGS)}`)
  if (format === 'json') return { status: 200, body: { text: words } }
  if (format !== 'verbose_json') return refuse(`Invalid value: '${String(format)}'.`)
  const segment = { id: 0, start: 0, end: 2, text: words, avg_logprob: -0.2, no_speech_prob: 0.01 }
  const language = /\p{Script=Cyrillic}/u.test(words) ? 'russian' : 'english'
  return {
    status: 200,
    body: { task: 'transcribe', language, duration: 2, text: words, segments: [segment] },
  }
}

function isSentFile(value: unknown): value is SentFile {
  return typeof value === 'object' && value !== null && 'bytes' in value
}
