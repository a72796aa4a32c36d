import { AppError, type ErrorCode } from '../errors.ts'

/**
 * What became of a call that failed, at any messenger. `gone`: nobody can be written to there any more. `missing`: the
 * message to update is not there, or cannot be updated. `unreachable`: the call did not get out. `unknown`: no answer
 * arrived, the call may have had its effect.
 */
export type CallFailureKind =
  | 'unauthorized'
  | 'throttled'
  | 'no-method'
  | 'gone'
  | 'missing'
  | 'rejected'
  | 'unreachable'
  | 'unknown'

export interface CallFailureDetail<Kind extends string = CallFailureKind> {
  readonly kind: Kind
  /** How long the messenger asks us to wait. */
  readonly retryAfterMs?: number
}

/** The error that stands for each kind; for a kind that is not here it is `channel_rejected`. */
export const FAILURE_CODES = {
  unauthorized: 'channel_unauthorized',
  throttled: 'channel_rate_limited',
  unreachable: 'channel_unavailable',
  unknown: 'channel_unavailable',
} as const satisfies Partial<Record<CallFailureKind, ErrorCode>>

/** A call of a messenger that failed; the message is the messenger's and holds no token. */
export class CallFailure<Kind extends string = string> extends Error {
  readonly kind: Kind
  readonly retryAfterMs: number | undefined
  readonly code: ErrorCode

  constructor(
    message: string,
    { kind, retryAfterMs }: CallFailureDetail<Kind>,
    codes: Readonly<Partial<Record<string, ErrorCode>>> = FAILURE_CODES,
  ) {
    super(message)
    this.name = 'CallFailure'
    this.kind = kind
    this.retryAfterMs = retryAfterMs
    this.code = codes[kind] ?? 'channel_rejected'
  }
}

/** The error by which an inbox or an operator learns of it; other errors stay as they are. */
export function toChannelError(thrown: unknown): unknown {
  if (!(thrown instanceof CallFailure)) return thrown
  const { code, retryAfterMs } = thrown
  return new AppError(code, { cause: thrown, ...(retryAfterMs !== undefined && { retryAfterMs }) })
}

/** The failed call behind an error, if there is one. */
export function failureOf(thrown: unknown): CallFailure | undefined {
  if (thrown instanceof CallFailure) return thrown
  return thrown instanceof AppError && thrown.cause instanceof CallFailure ? thrown.cause : undefined
}

/** True for a failed call of one of these kinds. */
export function isCallFailure<Kind extends CallFailureKind>(
  thrown: unknown,
  ...kinds: readonly Kind[]
): thrown is CallFailure<Kind> {
  return thrown instanceof CallFailure && (kinds as readonly string[]).includes(thrown.kind)
}
