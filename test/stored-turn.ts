import { randomUUID } from 'node:crypto'
import type { LoggedEvent } from '../src/events.ts'
import type { FinishedTurn, NewTurn } from '../src/store/store.ts'

/** Who runs the turn, and for how long that counts. */
const LEASE = { owner: 'a', leaseMs: 60_000 }
/** Appends for the owner without renewing its lease. */
export const HOLD = { owner: 'a', renewForMs: null }

/** A turn of a conversation of its own. */
export function newTurn(options: Partial<NewTurn> = {}): NewTurn {
  return {
    turnId: randomUUID(),
    conversation: { bot: 'helper', channel: 'web', key: randomUUID() },
    subject: 'ada',
    revision: 'r1',
    model: 'offline',
    text: 'Hello',
    historyLimit: 20,
    ...LEASE,
    ...options,
  }
}

/** How the turn ended. */
export function finished(turn: NewTurn, options: Partial<FinishedTurn> = {}): FinishedTurn {
  return {
    turnId: turn.turnId,
    owner: turn.owner,
    outcome: 'completed',
    errorCode: null,
    text: 'Hi there',
    firstTokenMs: 12.6,
    durationMs: 80.2,
    inputTokens: 5,
    outputTokens: 2,
    steps: 1,
    toolCalls: 0,
    firstAudioMs: null,
    audioChunks: 0,
    words: 2,
    toolMs: 0,
    queueMs: null,
    events: [],
    ...options,
  }
}

/** Text that the answer goes on with. */
export function says(seq: number, text: string): LoggedEvent {
  return { seq, event: { type: 'text-delta', text } }
}
