/** The door of the rollout room: what a judgement says, and what operators see. */

/** How sure a bound is: one time in a hundred or in twenty it is wrong. */
export const ALPHA = { bound: 0.05, worse: 0.01, mismatch: 0.001 } as const

export type Verdict = 'proceed' | 'hold' | 'pause' | 'roll-back'

/** What the turns of a step say. */
export interface Judgement {
  readonly verdict: Verdict
  /** In one sentence, with the numbers that decided. */
  readonly reason: string
  /** The kind of reason, without its numbers; the same as long as nothing new is to be said. */
  readonly because: string
  readonly gates: readonly GateJudgement[]
}

export type GateName = 'errors' | 'success' | 'firstToken' | 'critical' | 'feedback' | 'cost'

export interface GateJudgement {
  readonly gate: GateName
  readonly verdict: Verdict
  readonly reason: string
  readonly candidate: Share
  readonly stable: Share
  /** The candidate is worse than stable by this much; 100 and more is taken as certain. */
  readonly evidence: number
}

/** Turns that count against a revision, of all that were judged, with the bounds of their true share. */
export interface Share {
  readonly bad: number
  readonly total: number
  readonly lower: number
  readonly upper: number
}

/** Where a rollout stands, for operators. */
export interface RolloutView {
  readonly id: string
  readonly bot: string
  readonly stable: string
  readonly candidate: string
  readonly status: string
  readonly stage: number
  /** Share of new conversations that get the candidate now. */
  readonly percent: number
  readonly plan: readonly { readonly percent: number; readonly soakMinutes: number }[]
  readonly automatic: boolean
  readonly reason: string
  readonly startedAt: string
  readonly stageStartedAt: string
  readonly changedAt: string
  readonly endedAt: string | null
  readonly judgement: Judgement | null
}

/** A decision as it was recorded. */
export interface DecisionView {
  readonly at: string
  readonly actor: string
  readonly before: unknown
  readonly after: unknown
  readonly reason: string
  readonly detail: unknown
  readonly hash: string
}

/** What operators do with rollouts: on the database, or through a server. */
export interface RolloutDesk {
  start(bot: string, by: StartOrder): Promise<StartedRollout>
  list(): Promise<readonly RolloutView[]>
  /** Throws `rollout_not_found`, or `rollout_bot_not_found` when there is no such bot either. */
  status(bot: string): Promise<RolloutView>
  pause(bot: string, by: Order): Promise<RolloutView>
  /** Goes on, with a new window of judgement. */
  resume(bot: string, by: Order): Promise<RolloutView>
  /** Takes the candidate's traffic away, also after it was promoted. */
  abort(bot: string, by: Order): Promise<RolloutView>
  /** Goes to the next step, or, `full`, makes the candidate the stable revision. */
  promote(bot: string, by: Order & { readonly full?: boolean }): Promise<RolloutView>
  /** Decisions, the newest first. */
  explain(bot: string): Promise<Explanation>
}

export interface Order {
  readonly actor: string
  readonly reason: string
}

export interface StartOrder extends Order {
  /** Which of several candidates. Default: the only one. */
  readonly revision?: string
}

export interface StartedRollout {
  readonly rollout: RolloutView
  /** What the traffic of the bot makes of the plan, in sentences. */
  readonly outlook: readonly string[]
}

export interface Explanation {
  readonly rollout: RolloutView
  readonly decisions: readonly DecisionView[]
  /** The first entry that was changed after it was written; null when the record is as it was written. */
  readonly brokenAt: number | null
}
