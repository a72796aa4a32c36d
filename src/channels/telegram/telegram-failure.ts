import type { ErrorCode } from '../../errors.ts'
import {
  CallFailure,
  FAILURE_CODES,
  type CallFailureDetail,
  type CallFailureKind,
} from '../../messaging/call-failure.ts'

export type FailureKind = CallFailureKind | 'migrated' | 'conflict' | 'not-modified'

interface FailureDetail extends CallFailureDetail<FailureKind> {
  /** The supergroup the group has become. */
  readonly migratedTo?: number
}

const CODES: Readonly<Partial<Record<FailureKind, ErrorCode>>> = {
  ...FAILURE_CODES,
  conflict: 'channel_unavailable',
}

/** A call of the Bot API that failed; the message is Telegram's description and never holds the token. */
export class TelegramFailure extends CallFailure<FailureKind> {
  readonly migratedTo: number | undefined

  constructor(message: string, { migratedTo, ...detail }: FailureDetail) {
    super(message, detail, CODES)
    this.name = 'TelegramFailure'
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

export function isFailure(thrown: unknown, ...kinds: readonly FailureKind[]): thrown is TelegramFailure {
  return thrown instanceof TelegramFailure && kinds.includes(thrown.kind)
}
