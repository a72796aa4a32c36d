import type { ErrorEntry } from './errors.ts'

/** The rows of `ERRORS` about language models. */
export const MODEL_ERRORS = {
  model_unavailable: {
    status: 502,
    retryable: true,
    sentence: 'The language model is not available right now. Please try again in a moment.',
  },
  model_rate_limited: {
    status: 429,
    retryable: true,
    sentence: 'The language model is receiving too many requests. Please try again in a moment.',
  },
  model_quota_exhausted: {
    status: 502,
    retryable: false,
    sentence: 'The quota of the language model is used up. The operator of this bot has to renew it.',
  },
  model_unauthorized: {
    status: 502,
    retryable: false,
    sentence:
      'The language model refused our credentials. The operator of this bot has to check the API key.',
  },
  model_rejected: {
    status: 502,
    retryable: false,
    sentence:
      'The language model rejected the request. The operator of this bot finds the reason in the log.',
  },
  model_context_too_long: {
    status: 400,
    retryable: false,
    sentence:
      'This conversation is too long for the language model. Start a new one or send a shorter message.',
  },
  model_refused: {
    status: 422,
    retryable: false,
    sentence: 'The language model declined to answer this message.',
  },
  model_empty_answer: {
    status: 502,
    retryable: true,
    sentence: 'The language model gave no answer. Please try again.',
  },
  model_stream_broken: {
    status: 502,
    retryable: true,
    sentence: 'The language model stopped in the middle of its answer. Please try again.',
  },
} as const satisfies Record<string, ErrorEntry>
