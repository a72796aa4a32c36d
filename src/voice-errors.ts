/** The rows of `ERRORS` about speech. */
export const VOICE_ERRORS = {
  speech_off: {
    status: 503,
    retryable: false,
    sentence: 'This server does not speak: {problem}',
  },
  speech_unavailable: {
    status: 502,
    retryable: true,
    sentence: 'Audio generation temporarily unavailable',
  },
  speech_rejected: { status: 502, retryable: false, sentence: 'Audio generation unavailable' },
  speech_text_invalid: {
    status: 400,
    retryable: false,
    sentence: 'Send `text` of 1 to {limit} characters.',
  },
  speech_job_not_found: {
    status: 404,
    retryable: false,
    sentence: 'This recording does not exist or has expired.',
  },
  tts_rate_limited: {
    status: 429,
    retryable: true,
    sentence: 'Audio generation limit reached. Please wait a minute before trying again.',
  },
  transcription_off: {
    status: 503,
    retryable: false,
    sentence:
      'Speech recognition is not set up on this server. Its operator turns it on with OPENAI_API_KEY or STT_BASE_URL.',
  },
  transcription_unavailable: {
    status: 502,
    retryable: true,
    sentence: 'Speech recognition is not available right now. Please try again in a moment.',
  },
  transcription_rejected: {
    status: 502,
    retryable: false,
    sentence:
      'The speech recognition rejected the request. The operator of this bot finds the reason in the log.',
  },
  audio_missing: { status: 400, retryable: false, sentence: 'No audio file uploaded' },
  audio_unreadable: {
    status: 400,
    retryable: false,
    sentence: 'This recording cannot be read. Send MP3, MP4, M4A, WebM, OGG, WAV or FLAC.',
  },
  audio_too_large: {
    status: 413,
    retryable: false,
    sentence: 'This recording is too large. The limit is {limit} MB.',
  },
  speech_rate_limited: {
    status: 429,
    retryable: true,
    sentence: 'Speech processing limit reached. Please wait a minute before trying again. 🎤',
  },
} as const
