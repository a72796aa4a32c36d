import { isLanguageTag } from './bot-voice.ts'
import { anyText, choice, webUrl, whole, yesOrNo, type SettingType } from './setting-types.ts'

const languageTag: SettingType<string> = anyText
  .refine(isLanguageTag)
  .describe('a BCP 47 tag such as `en-IN`')

/** The rows of `SETTINGS` about speech. */
export const VOICE_SETTINGS = {
  TTS_ENABLED: {
    section: 'Voice',
    about: 'Whether answers are spoken for those who ask for it.',
    type: yesOrNo,
    default: 'true',
  },
  TTS_ENGINE: {
    section: 'Voice',
    about:
      'What speaks. `auto` is Google when its credentials are set, else eSpeak NG when it is installed; OpenAI speaks only when it is named.',
    type: choice(['auto', 'google', 'openai', 'espeak']),
    default: 'auto',
  },
  TTS_VOICE_LANGUAGE: {
    section: 'Voice',
    about: 'The language of bots that name none, where the request names none.',
    type: languageTag,
    default: 'en-IN',
  },
  TTS_VOICE_NAME: {
    section: 'Voice',
    about: 'The voice of bots that name none; without it the engine chooses by the language.',
    type: anyText,
    example: 'en-IN-Chirp3-HD-Leda',
    aliases: ['GOOGLE_TTS_VOICE_NAME', 'GOOGLE_TTS_VOICE'],
  },
  TTS_ENCODING: {
    section: 'Voice',
    about:
      'The format of streamed audio: `linear16` is a WAV file a sentence, 24 kHz mono; `ogg_opus` is a tenth of its size; `mp3` is not for eSpeak NG.',
    type: choice(['linear16', 'ogg_opus', 'mp3']),
    default: 'linear16',
  },
  TTS_MODEL: {
    section: 'Voice',
    about: 'The model with which OpenAI speaks.',
    type: anyText,
    default: 'gpt-4o-mini-tts',
  },
  TTS_BASE_URL: {
    section: 'Voice',
    about: 'Where to reach the speech service, when that is not the usual address of the engine.',
    type: webUrl,
    example: 'http://localhost:8880/v1',
  },
  TTS_API_KEY: {
    section: 'Voice',
    about: 'The key for OpenAI speech, or for the server at `TTS_BASE_URL`; without it `OPENAI_API_KEY`.',
    type: anyText,
    example: 'sk-…',
    secret: true,
  },
  TTS_MAX_CHARS: {
    section: 'Voice',
    about: 'Characters of one answer that are spoken; the rest is text alone.',
    type: whole(1, 100_000),
    default: '800',
  },
  TTS_WAIT_BUDGET_MS: {
    section: 'Voice',
    about: 'How long an answer whose text is complete waits for its last audio, in milliseconds.',
    type: whole(0, 120_000),
    default: '8000',
  },
  TTS_REQUEST_TIMEOUT_MS: {
    section: 'Voice',
    about: 'How long speaking one sentence may take, in milliseconds; then it counts as failed.',
    type: whole(100, 600_000),
    default: '20000',
  },
  TTS_CONCURRENCY: {
    section: 'Voice',
    about: 'Sentences that one process has spoken at the same time by a service.',
    type: whole(1, 1_000),
    default: '16',
  },
  TTS_CACHE_TTL: {
    section: 'Voice',
    about: 'How long audio is kept for the same words in the same voice, in seconds; 0 keeps none.',
    type: whole(0, 31_536_000),
    default: '3600',
  },
  TTS_JOB_TTL_SEC: {
    section: 'Voice',
    about: 'How long a recording can be fetched from `/api/text-to-speech/{id}`, in seconds.',
    type: whole(1, 86_400),
    default: '600',
  },
  TTS_RATE_LIMIT_PER_MINUTE: {
    section: 'Voice',
    about: 'Requests a minute to `/api/text-to-speech` that one address may send; 0 for no limit.',
    type: whole(0, 1_000_000),
    default: '30',
  },
  GOOGLE_API_KEY: {
    section: 'Voice',
    about: 'The key for Google Cloud Text-to-Speech.',
    type: anyText,
    example: 'AIza…',
    secret: true,
    aliases: ['GOOGLE_TTS_API_KEY'],
  },
  GOOGLE_CLOUD_CREDENTIALS: {
    section: 'Voice',
    about: 'The service account for Google Cloud Text-to-Speech: its JSON, or the path of the file with it.',
    type: anyText,
    example: '/run/secrets/google.json',
    secret: true,
    aliases: ['GOOGLE_APPLICATION_CREDENTIALS'],
  },
  GOOGLE_CLOUD_CLIENT_EMAIL: {
    section: 'Voice',
    about: 'The address of the service account, in place of `GOOGLE_CLOUD_CREDENTIALS`.',
    type: anyText,
    example: 'voice@project.iam.gserviceaccount.com',
  },
  GOOGLE_CLOUD_PRIVATE_KEY: {
    section: 'Voice',
    about: 'Its private key, in PEM; line breaks may be written as `\\n`.',
    type: anyText,
    example: '-----BEGIN PRIVATE KEY-----\\n…',
    secret: true,
  },
  GOOGLE_CLOUD_PROJECT_ID: {
    section: 'Voice',
    about: 'The Google Cloud project whose quota is used; without it that of the credentials.',
    type: anyText,
    example: 'my-project',
  },
  ESPEAK_PATH: {
    section: 'Voice',
    about: 'The program of eSpeak NG, where its npm package is not installed.',
    type: anyText,
    default: 'espeak-ng',
  },
  STT_ENABLED: {
    section: 'Voice',
    about: 'Whether recordings are transcribed, when there is a service for it.',
    type: yesOrNo,
    default: 'true',
  },
  STT_MODEL: {
    section: 'Voice',
    about: 'The model that transcribes recordings.',
    type: anyText,
    default: 'whisper-1',
  },
  STT_BASE_URL: {
    section: 'Voice',
    about:
      "Where to reach a server with OpenAI's `/audio/transcriptions`; without it `OPENAI_BASE_URL`, when `OPENAI_API_KEY` is set.",
    type: webUrl,
    example: 'http://localhost:8000/v1',
  },
  STT_API_KEY: {
    section: 'Voice',
    about: 'The key for `STT_BASE_URL`; without it `OPENAI_API_KEY`.',
    type: anyText,
    example: 'sk-…',
    secret: true,
  },
  STT_TIMEOUT_MS: {
    section: 'Voice',
    about: 'How long transcribing a recording may take, in milliseconds.',
    type: whole(100, 600_000),
    default: '60000',
  },
  STT_MAX_BYTES: {
    section: 'Voice',
    about: 'The largest recording that is transcribed, in bytes; OpenAI takes 25 MB.',
    type: whole(1_024, 1_073_741_824),
    default: '26214400',
  },
  SPEECH_RATE_LIMIT_PER_MINUTE: {
    section: 'Voice',
    about: 'Recordings a minute that one address may have transcribed; 0 for no limit.',
    type: whole(0, 1_000_000),
    default: '10',
    aliases: ['SPEECH_RATE_LIMIT_MAX'],
  },
} as const
