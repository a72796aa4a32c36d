import type { RolloutOptions } from '../rollout-options.ts'

/** Feature flags as operators have set them; a flag that nobody has set has no row. */
export interface FlagStore {
  list(): Promise<readonly StoredFlag[]>
  /**
   * In one commit: what is new of a flag and the entry about it. What `news` does not name stays as it is then, or is as
   * `usual` while nobody has set the flag.
   */
  set(usual: StoredFlag, news: Partial<Omit<StoredFlag, 'name'>>, change: Change): Promise<void>
}

export interface StoredFlag {
  readonly name: string
  readonly enabled: boolean
  /** 0 to 100. */
  readonly percentage: number
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  readonly variant: string
}

/** Who changes something, and why. */
export interface Change {
  readonly actor: string
  readonly reason: string
}

/** Rollouts of revisions: where they stand, and the turns they are judged by. */
export interface RolloutStore {
  /** What decides who gets which revision now: open rollouts and those that were promoted, oldest first. */
  active(): Promise<readonly StoredRollout[]>
  /** The newest rollout of each bot, or of one; the newest first. */
  list(bot?: string): Promise<readonly StoredRollout[]>
  /** Undefined, and nothing stored, when one of the bot is open. */
  create(rollout: NewRollout, change: Change): Promise<StoredRollout | undefined>
  /**
   * Takes the right to judge an open rollout, for whoever asks first after `everyMs`. The `fence` in what is returned
   * makes it worthless when somebody takes it after us.
   */
  claim(id: string, everyMs: number): Promise<StoredRollout | undefined>
  /** Keeps what was counted and judged. False when somebody else has claimed or changed the rollout since. */
  note(rollout: Pick<StoredRollout, 'id' | 'version' | 'fence'>, note: RolloutNote): Promise<boolean>
  /**
   * In one commit: moves a rollout and adds the entry about it. False, and nothing changed, when it was moved since it
   * was read (`version`) or, by an evaluator, claimed by another (`fence`).
   */
  move(rollout: StoredRollout, move: RolloutMove): Promise<boolean>
  /** Adds an entry about a decision that moves nothing, such as a hold. */
  record(rollout: StoredRollout, entry: Change & { readonly detail: unknown }): Promise<void>
  /** Counts the ended turns of a window by minute and revision. */
  count(window: TurnWindow): Promise<TurnCounts>
  /** Of the first people who came in a window, how many met each revision in their first turn. */
  sample(window: PeopleWindow): Promise<{ readonly candidate: number; readonly stable: number }>
  /** How many people met a failed turn of a revision. */
  failedPeople(window: PeopleWindow): Promise<number>
  /** The last turn of a conversation: its revision and how long ago it began; undefined when there is none. */
  lastTurn(
    conversation: ConversationName,
  ): Promise<{ readonly revision: string; readonly agoMs: number } | undefined>
  /** Turns of a bot in the last 24 hours. */
  turnsPerDay(bot: string): Promise<number>
}

interface ConversationName {
  readonly bot: string
  readonly channel: string
  readonly key: string
}

export type RolloutStatus = 'running' | 'paused' | 'promoted' | 'completed' | 'rolled-back' | 'aborted'

export interface StoredRollout {
  readonly id: string
  readonly bot: string
  /** The revision that was stable when it began. */
  readonly stable: string
  readonly candidate: string
  readonly status: RolloutStatus
  /** The step of `options.plan` it is at, from 0. */
  readonly stage: number
  readonly options: RolloutOptions
  readonly optionsHash: string
  /** A new one with every move. */
  readonly version: number
  readonly fence: number
  /** Why it is where it is. */
  readonly reason: string
  /** Counts of minutes that change no more, and up to when; as the rollout room writes them. */
  readonly tally: unknown
  /** The last judgement, as the rollout room writes it. */
  readonly judgement: unknown
  readonly startedAt: Date
  readonly stageStartedAt: Date
  /** Since when its step could have ended and did not. */
  readonly heldSince: Date | null
  readonly changedAt: Date
  readonly endedAt: Date | null
  /** The database's clock when it was read. */
  readonly now: Date
}

export interface NewRollout {
  readonly bot: string
  readonly stable: string
  readonly candidate: string
  readonly options: RolloutOptions
  readonly optionsHash: string
  /** Nobody meets the candidate before every server can know of the rollout, in milliseconds. */
  readonly beginsInMs: number
}

export interface RolloutNote {
  readonly tally: unknown
  readonly judgement: unknown
  /** True from when its step could have ended and did not. */
  readonly held: boolean
}

export interface RolloutMove extends Change {
  readonly status: RolloutStatus
  readonly stage: number
  /** Begins a new window of judgement. */
  readonly newWindow: boolean
  /** The numbers behind it. */
  readonly detail: unknown
  /** True for an evaluator: the move fails when another has claimed the rollout. */
  readonly fenced: boolean
}

export interface TurnWindow {
  readonly bot: string
  readonly stable: string
  readonly candidate: string
  readonly from: Date
  /** A first token later than these is late, in milliseconds. */
  readonly lateMs: number
  readonly tooLateMs: number
  /** Codes that are the person's doing and count as no error. */
  readonly excused: readonly string[]
  /** Codes that say a provider is away. */
  readonly provider: readonly string[]
  readonly critical: readonly string[]
  /** Words of feedback that count against an answer. */
  readonly negative: readonly string[]
  /** Money for a million tokens. */
  readonly price: { readonly input: number; readonly output: number }
}

export interface TurnCounts {
  readonly minutes: readonly MinuteCount[]
  /** Turns that began before it change no more. */
  readonly settledUntil: Date
}

/** Ended turns that began in one minute on one revision. */
export interface MinuteCount {
  readonly minute: Date
  readonly revision: string
  /** Answered or failed; what the person stopped or caused is left out. */
  readonly turns: number
  readonly errors: number
  readonly providerErrors: number
  /** Everything but what the person stopped. */
  readonly ended: number
  readonly unsuccessful: number
  /** With a first token, or stopped while waiting for it. */
  readonly timed: number
  readonly late: number
  readonly tooLate: number
  readonly critical: number
  readonly judged: number
  readonly negative: number
  readonly cost: number
  readonly costSquared: number
}

export interface PeopleWindow {
  readonly bot: string
  readonly stable: string
  readonly candidate: string
  readonly from: Date
  readonly excused: readonly string[]
}

/** The record of changes of flags and rollouts: each entry holds the hash of the one before. */
export interface Audit {
  /** The newest first. */
  list(filter: AuditFilter): Promise<readonly AuditEntry[]>
  /** The position of the first entry that was changed after it was written; undefined when all are as written. */
  findBreak(): Promise<number | undefined>
}

export interface AuditFilter {
  readonly topic: 'flag' | 'rollout'
  readonly name?: string
  /** Of one rollout. */
  readonly subject?: string
  readonly limit: number
}

export interface AuditEntry {
  readonly position: number
  readonly at: Date
  readonly actor: string
  readonly topic: 'flag' | 'rollout'
  /** Which flag, or the bot of the rollout. */
  readonly name: string
  /** The id of the rollout. */
  readonly subject: string | null
  readonly before: unknown
  readonly after: unknown
  readonly reason: string
  readonly detail: unknown
  readonly previousHash: string
  readonly hash: string
}
