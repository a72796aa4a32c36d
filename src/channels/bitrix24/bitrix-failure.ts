import { AppError, type ErrorCode } from '../../errors.ts'

/**
 * What became of a call that failed. `expired`: the access token; a new one helps. `unauthorized`: the application has
 * to be authorized again. `gone`: nobody can be written to there. `missing`: the message to update is not there.
 * `unreachable`: the call did not get out. `unknown`: no answer arrived, the call may have had its effect.
 */
export type FailureKind =
  | 'expired'
  | 'unauthorized'
  | 'throttled'
  | 'no-method'
  | 'no-bot'
  | 'gone'
  | 'missing'
  | 'rejected'
  | 'unreachable'
  | 'unknown'

export interface FailureDetail {
  readonly kind: FailureKind
  readonly retryAfterMs?: number
}

/** A call of Bitrix24 that failed; the message is the portal's and holds no token. */
export class BitrixFailure extends Error {
  readonly kind: FailureKind
  readonly retryAfterMs: number | undefined

  constructor(message: string, { kind, retryAfterMs }: FailureDetail) {
    super(message)
    this.name = 'BitrixFailure'
    this.kind = kind
    this.retryAfterMs = retryAfterMs
  }
}

/** What Bitrix24 says instead of a result. */
export interface BitrixRefusal {
  readonly status: number
  readonly error: string
  readonly description: string
  readonly method: string
}

/** First match first. Source: b24restdocs, error codes of the REST API, of imbot.v2 and of imbot. */
const MEANINGS: readonly (readonly [FailureKind, RegExp])[] = [
  ['throttled', /^(?:QUERY_LIMIT_EXCEEDED|OVERLOAD_LIMIT|OPERATION_TIME_LIMIT)$/i],
  ['expired', /^(?:expired_token|invalid_token)$/i],
  [
    'unauthorized',
    /^(?:NO_AUTH_FOUND|invalid_grant|invalid_client|insufficient_scope|INVALID_CREDENTIALS|PAYMENT_REQUIRED|PORTAL_DELETED|WRONG_AUTH_TYPE)$/i,
  ],
  ['no-method', /^ERROR_METHOD_NOT_FOUND$/i],
  ['no-bot', /^(?:BOT_NOT_FOUND|BOT_OWNERSHIP_ERROR|BOT_ID_REQUIRED|BOT_ID_ERROR|APP_ID_ERROR)$/i],
  ['missing', /^(?:CANT_EDIT_MESSAGE|MESSAGE_NOT_FOUND|MESSAGE_ID_ERROR)$/i],
  ['gone', /^(?:user_access_error|DIALOG_ID_EMPTY|CHAT_NOT_FOUND|DIALOG_NOT_FOUND)$/i],
]

/** The portal forgets a second's calls in half a second; the budget of a method comes back later. */
const THROTTLED_MS = 1_000
const OPERATING_MS = 10_000

export function fromRefusal({ status, error, description, method }: BitrixRefusal): BitrixFailure {
  const message = `${method}: ${error}${description ? ` (${description})` : ''}`
  const kind = kindOf({ status, error, method })
  if (kind !== 'throttled') return new BitrixFailure(message, { kind })
  const retryAfterMs = /OPERATION_TIME/i.test(error) ? OPERATING_MS : THROTTLED_MS
  return new BitrixFailure(message, { kind, retryAfterMs })
}

function kindOf({ status, error, method }: Pick<BitrixRefusal, 'status' | 'error' | 'method'>): FailureKind {
  const known = MEANINGS.find(([, pattern]) => pattern.test(error))?.[0]
  if (known) return known
  // Of a message to update it says that it is not there, of a chat that the bot is not in it.
  if (/^ACCESS_DENIED/i.test(error)) return /message\.update$/i.test(method) ? 'missing' : 'gone'
  if (status === 429) return 'throttled'
  return status >= 500 ? 'unknown' : 'rejected'
}

const CODES: Readonly<Partial<Record<FailureKind, ErrorCode>>> = {
  expired: 'channel_unavailable',
  unauthorized: 'channel_unauthorized',
  throttled: 'channel_rate_limited',
  unreachable: 'channel_unavailable',
  unknown: 'channel_unavailable',
  'no-bot': 'channel_unavailable',
}

/** The error by which an inbox or an operator learns of it; other errors stay as they are. */
export function toChannelError(thrown: unknown): unknown {
  if (!(thrown instanceof BitrixFailure)) return thrown
  const { kind, retryAfterMs } = thrown
  return new AppError(CODES[kind] ?? 'channel_rejected', {
    cause: thrown,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  })
}

/** The failed call behind an error, if there is one. */
export function failureOf(thrown: unknown): BitrixFailure | undefined {
  if (thrown instanceof BitrixFailure) return thrown
  return thrown instanceof AppError && thrown.cause instanceof BitrixFailure ? thrown.cause : undefined
}

export function isFailure(thrown: unknown, ...kinds: readonly FailureKind[]): thrown is BitrixFailure {
  return thrown instanceof BitrixFailure && kinds.includes(thrown.kind)
}
