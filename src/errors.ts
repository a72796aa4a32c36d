import { ACCESS_ERRORS } from './access-errors.ts'
import { BITRIX24_ERRORS } from './bitrix24-errors.ts'
import { CHATBOT_ERRORS } from './chatbot-errors.ts'
import { COMPANY_ERRORS } from './company-errors.ts'
import { DOCUMENT_ERRORS } from './document-errors.ts'
import { MODEL_ERRORS } from './model-errors.ts'
import { ROLLOUT_ERRORS } from './rollout-errors.ts'
import { VOICE_ERRORS } from './voice-errors.ts'

/** One row of the error table: what a client is told, and whether trying again can help. */
export interface ErrorEntry {
  /** HTTP status of a reply that fails with this code. */
  readonly status: number
  /** True when the same request may succeed later. */
  readonly retryable: boolean
  /** The only sentence a user sees; `{name}` is filled from the error's `params`. */
  readonly sentence: string
}

/**
 * Every error Botyard can show. HTTP replies, stream events, the command line and `docs/errors.md` read
 * this one table; nothing else of an error (message of the cause, stack) ever reaches a client.
 */
export const ERRORS = {
  // Requests
  invalid_request: { status: 400, retryable: false, sentence: 'The request is not valid: {problem}' },
  validation_failed: { status: 400, retryable: false, sentence: 'Validation error' },
  unauthorized: { status: 401, retryable: false, sentence: 'A valid API key is required.' },
  ...ACCESS_ERRORS,
  ...BITRIX24_ERRORS,
  bot_not_found: { status: 404, retryable: false, sentence: 'Chatbot not found' },
  ...CHATBOT_ERRORS,
  task_not_found: { status: 404, retryable: false, sentence: 'Task not found' },
  task_invalid: { status: 422, retryable: false, sentence: '{problem}' },
  task_limit: {
    status: 422,
    retryable: false,
    sentence: 'There are {limit} tasks already, as many as one person may have. Delete some that are done.',
  },
  message_id_taken: {
    status: 409,
    retryable: false,
    sentence:
      'This messageId names a message of another conversation. Use a new random UUID for each message.',
  },
  stream_not_found: { status: 404, retryable: false, sentence: 'This answer does not exist or has expired.' },
  route_not_found: { status: 404, retryable: false, sentence: 'API route not found' },
  body_too_large: {
    status: 413,
    retryable: false,
    sentence: 'The request body is too large. The limit is {limit} bytes.',
  },
  unsupported_media_type: {
    status: 415,
    retryable: false,
    sentence: 'Send the request body as application/json.',
  },

  // Documents
  ...DOCUMENT_ERRORS,

  metrics_reset_refused: { status: 403, retryable: false, sentence: 'Reset not allowed in production' },

  // Capacity
  overloaded: {
    status: 503,
    retryable: true,
    sentence:
      'The server is answering as many people as it can right now. Please try again in a few seconds.',
  },
  draining: {
    status: 503,
    retryable: true,
    sentence: 'The server is restarting. Please try again in a moment.',
  },

  // Turns
  interrupted: {
    status: 503,
    retryable: true,
    sentence: 'The answer was interrupted because the server restarted. Please send your message again.',
  },
  turn_timeout: { status: 504, retryable: true, sentence: 'The answer took too long. Please try again.' },
  internal: {
    status: 500,
    retryable: false,
    sentence: 'Something went wrong on our side. Please try again later.',
  },

  // Models
  ...MODEL_ERRORS,

  ...ROLLOUT_ERRORS,

  // Search
  embeddings_unavailable: {
    status: 502,
    retryable: true,
    sentence: 'The search in documents is not available right now. Please try again in a moment.',
  },
  embeddings_rejected: {
    status: 502,
    retryable: false,
    sentence:
      'The server of embeddings rejected a request. The operator of this bot finds the reason in the log.',
  },
  embeddings_changed: {
    status: 500,
    retryable: false,
    sentence:
      'The documents are indexed by {stored}, but the settings ask for {wanted}. Run `botyard reindex`, or go back to the settings of before.',
  },
  vectors_unavailable: {
    status: 502,
    retryable: true,
    sentence: 'The index of the documents cannot be reached right now. Please try again in a moment.',
  },

  // Speech
  ...VOICE_ERRORS,

  // Companies and files of answers
  ...COMPANY_ERRORS,

  // Channels
  request_type_unknown: {
    status: 501,
    retryable: false,
    sentence: 'Requests of this type are not supported.',
  },
  method_not_allowed: { status: 405, retryable: false, sentence: 'Send a POST request.' },
  poe_insufficient_funds: {
    status: 402,
    retryable: true,
    sentence: 'Your balance at Poe does not cover this answer.',
  },
  poe_upload_failed: {
    status: 502,
    retryable: true,
    sentence: 'The file could not be given to Poe. Please try again.',
  },
  poe_unavailable: {
    status: 502,
    retryable: true,
    sentence: 'Poe did not answer as expected. Please try again in a moment.',
  },
  webhook_secret_invalid: { status: 403, retryable: false, sentence: 'Invalid webhook secret' },
  channel_unavailable: {
    status: 502,
    retryable: true,
    sentence: 'The messaging service cannot be reached right now. Please try again in a moment.',
  },
  channel_rate_limited: {
    status: 429,
    retryable: true,
    sentence: 'The messaging service is receiving too many messages. Please try again in a moment.',
  },
  channel_unauthorized: {
    status: 502,
    retryable: false,
    sentence:
      'The messaging service refused our credentials. The operator of this bot has to check the token.',
  },
  channel_rejected: {
    status: 502,
    retryable: false,
    sentence:
      'The messaging service rejected a message. The operator of this bot finds the reason in the log.',
  },

  // Start and definition
  invalid_definition: { status: 500, retryable: false, sentence: '{problem}' },
  invalid_configuration: { status: 500, retryable: false, sentence: '{problem}' },
  data_folder_in_use: {
    status: 500,
    retryable: false,
    sentence:
      'The data folder {folder} is already open in another process{holder}. Stop that process, or set DATA_DIR to another folder, or set DATABASE_URL to share one PostgreSQL.',
  },
  data_folder_incompatible: {
    status: 500,
    retryable: false,
    sentence:
      'The data folder {folder} was written by PostgreSQL {found}, and this version needs {expected}. Move it away, or open it with the Botyard version that wrote it.',
  },
  database_unavailable: {
    status: 503,
    retryable: true,
    sentence: 'The database cannot be reached. Please try again in a moment.',
  },
  migrations_pending: {
    status: 503,
    retryable: true,
    sentence: 'The database is not migrated: {pending}. Run `botyard migrate up`.',
  },
} as const satisfies Record<string, ErrorEntry>

/** A code of the error table. */
export type ErrorCode = keyof typeof ERRORS

/** One field of a request that failed validation. */
export interface FieldProblem {
  readonly field: string
  readonly message: string
  readonly type: string
}

export interface AppErrorOptions {
  /** Fills the `{placeholders}` of the table's sentence. Must be safe to show. */
  readonly params?: Readonly<Record<string, string | number>>
  /** What really happened; logged, never shown. */
  readonly cause?: unknown
  /** How long the other side asked us to wait before another attempt, in milliseconds. */
  readonly retryAfterMs?: number
  /** Per-field problems of a request, shown beside the sentence. */
  readonly fields?: readonly FieldProblem[]
}

/** An error with a code of the table. `message` is the public sentence; the reason is in `cause`. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly retryAfterMs: number | undefined
  readonly fields: readonly FieldProblem[] | undefined

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(fillSentence(ERRORS[code].sentence, options.params), { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.retryAfterMs = options.retryAfterMs
    this.fields = options.fields
  }

  get status(): number {
    return ERRORS[this.code].status
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable
  }
}

/** Turns anything thrown into an `AppError`; what has no code becomes `internal`. */
export function toAppError(thrown: unknown): AppError {
  return thrown instanceof AppError ? thrown : new AppError('internal', { cause: thrown })
}

function fillSentence(sentence: string, params: AppErrorOptions['params']): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(params?.[name] ?? ''))
}
