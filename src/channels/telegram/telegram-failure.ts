import { AppError, type ErrorCode } from '../../errors.ts'

/**
 * What became of a call that failed. `gone`: nobody can be written to there any more. `missing`: the message to edit
 * is not there, or cannot be edited. `unreachable`: the call did not get out. `unknown`: no answer arrived, the call may
 * have had its effect.
 */
export type FailureKind =
  | 'unauthorized'
  | 'gone'
  | 'migrated'
  | 'throttled'
  | 'conflict'
  | 'no-method'
  | 'not-modified'
  | 'missing'
  | 'rejected'
  | 'unreachable'
  | 'unknown'

export interface FailureDetail {
  readonly kind: FailureKind
  /** How long Telegram asks us to wait. */
  readonly retryAfterMs?: number
  /** The supergroup the group has become. */
  readonly migratedTo?: number
}

/** A call of the Bot API that failed; the message is Telegram's description and never holds the token. */
export class TelegramFailure extends Error {
  readonly kind: FailureKind
  readonly retryAfterMs: number | undefined
  readonly migratedTo: number | undefined

  constructor(message: string, { kind, retryAfterMs, migratedTo }: FailureDetail) {
    super(message)
    this.name = 'TelegramFailure'
    this.kind = kind
    this.retryAfterMs = retryAfterMs
    this.migratedTo = migratedTo
  }
}

/** What the Bot API says instead of a result. Source: Bot API, "Making requests". */
export interface ApiRefusal {
  readonly error_code: number
  readonly description: string
  readonly parameters?: { readonly retry_after?: number; readonly migrate_to_chat_id?: number }
}

/** Telegram's sentences by what they mean, first match first. Source: tdlib/telegram-bot-api, Client.cpp, tdlib/td. */
const MEANINGS: readonly (readonly [FailureKind, RegExp])[] = [
  ['not-modified', /message is not modified/i],
  ['missing', /message to (?:edit|be replied) not found|message can't be edited|MESSAGE_ID_INVALID/i],
  [
    'gone',
    /chat not found|PEER_ID_INVALID|group chat was deactivated|not enough rights|have no rights|CHAT_WRITE_FORBIDDEN|message thread not found|TOPIC_(?:CLOSED|DELETED)|CHAT_RESTRICTED|USER_IS_BLOCKED/i,
  ],
]

export function fromRefusal({ error_code, description, parameters }: ApiRefusal): TelegramFailure {
  const { retry_after, migrate_to_chat_id } = parameters ?? {}
  if (migrate_to_chat_id !== undefined)
    return new TelegramFailure(description, { kind: 'migrated', migratedTo: migrate_to_chat_id })
  const kind = kindOf(error_code, description)
  if (kind !== 'throttled') return new TelegramFailure(description, { kind })
  return new TelegramFailure(description, { kind, retryAfterMs: (retry_after ?? 1) * 1_000 })
}

function kindOf(code: number, description: string): FailureKind {
  if (code === 401) return 'unauthorized'
  if (code === 403) return 'gone'
  if (code === 404) return 'no-method'
  if (code === 409) return 'conflict'
  if (code === 429) return 'throttled'
  if (code >= 500) return 'unknown'
  return MEANINGS.find(([, pattern]) => pattern.test(description))?.[0] ?? 'rejected'
}

const CODES: Readonly<Partial<Record<FailureKind, ErrorCode>>> = {
  unauthorized: 'channel_unauthorized',
  throttled: 'channel_rate_limited',
  unreachable: 'channel_unavailable',
  unknown: 'channel_unavailable',
  conflict: 'channel_unavailable',
}

/** The error by which an inbox or an operator learns of it; other errors stay as they are. */
export function toChannelError(thrown: unknown): unknown {
  if (!(thrown instanceof TelegramFailure)) return thrown
  const { kind, retryAfterMs } = thrown
  return new AppError(CODES[kind] ?? 'channel_rejected', {
    cause: thrown,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  })
}

/** The failed call behind an error, if there is one. */
export function failureOf(thrown: unknown): TelegramFailure | undefined {
  if (thrown instanceof TelegramFailure) return thrown
  return thrown instanceof AppError && thrown.cause instanceof TelegramFailure ? thrown.cause : undefined
}

export function isFailure(thrown: unknown, ...kinds: readonly FailureKind[]): thrown is TelegramFailure {
  return thrown instanceof TelegramFailure && kinds.includes(thrown.kind)
}
