import type { DrilledServer } from './drilled-server.ts'
import type { Latencies } from './latencies.ts'
import type { Verdict } from './judge.ts'
import type { ScratchDatabase } from './scratch-database.ts'

/** The services people can write in. */
export const DRILL_CHANNELS = ['telegram', 'bitrix24'] as const
export type DrillChannel = (typeof DRILL_CHANNELS)[number]

/** The door of the drill room: floods a real server with messages while its processes die, and judges what is left. */
export interface MessageDrill {
  readonly server: DrilledServer
  /** The way the messages take. Default: telegram. */
  readonly channel?: DrillChannel
  readonly database: ScratchDatabase
  /** For logs and the embedded database; exists. */
  readonly folder: string
  readonly messages: number
  readonly chats: number
  /** The share of updates that arrive more than once, from 0 to 1. */
  readonly duplicates: number
  /** The share of calls to models and to the messenger that fail, from 0 to 1. */
  readonly faults: number
  /** The share of answers that do not fit into one message, from 0 to 1. */
  readonly longAnswers: number
  /** On average; 0: nobody is killed. */
  readonly killEveryMs: number
  readonly replicas: number
  /** The same seed draws the same people, bursts, duplicates, kills and faults. */
  readonly seed: number
  /** Without any progress for so long, what is unanswered is given up. */
  readonly patienceMs: number
  /** Ends everything; the drill then rejects. */
  readonly signal: AbortSignal
  readonly onProgress?: (progress: DrillProgress) => void
}

export interface DrillProgress {
  readonly seconds: number
  readonly asked: number
  readonly acknowledged: number
  readonly answered: number
  readonly messages: number
  readonly kills: number
  readonly drains: number
}

export interface DrillReport {
  /** Nothing lost, twice, out of order, wrong or unreported, nothing unacknowledged, no process in trouble. */
  readonly passed: boolean
  readonly server: string
  readonly channel: DrillChannel
  readonly database: string
  readonly messages: number
  readonly chats: number
  readonly replicas: number
  readonly seed: number
  readonly verdict: Verdict
  readonly latencies: Latencies
  /** From the first question to the last answer. */
  readonly seconds: number
  readonly answersPerSecond: number
  readonly kills: number
  readonly drains: number
  /** How often a replica was ended at which phase of a message. */
  readonly phases: Readonly<Record<string, number>>
  /** Updates given to a server once more. */
  readonly duplicates: number
  /** More than answers: an answer that a crash interrupted was asked for again. */
  readonly modelCalls: number
  /** Processes that left by themselves or did not leave cleanly. */
  readonly trouble: readonly string[]
}
