import type { ErrorCode } from '../../errors.ts'
import {
  CallFailure,
  FAILURE_CODES,
  type CallFailureDetail,
  type CallFailureKind,
} from '../../messaging/call-failure.ts'

/** `expired`: the access token; a new one helps. `unauthorized`: the application has to be authorized again. */
export type FailureKind = CallFailureKind | 'expired' | 'no-bot'

const CODES: Readonly<Partial<Record<FailureKind, ErrorCode>>> = {
  ...FAILURE_CODES,
  expired: 'channel_unavailable',
  'no-bot': 'channel_unavailable',
}

/** A call of Bitrix24 that failed; the message is the portal's and holds no token. */
export class BitrixFailure extends CallFailure<FailureKind> {
  constructor(message: string, detail: CallFailureDetail<FailureKind>) {
    super(message, detail, CODES)
    this.name = 'BitrixFailure'
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

export function isFailure(thrown: unknown, ...kinds: readonly FailureKind[]): thrown is BitrixFailure {
  return thrown instanceof BitrixFailure && kinds.includes(thrown.kind)
}
