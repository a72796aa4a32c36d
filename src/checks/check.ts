/** The door of the checks room: something that can be verified, with the evidence and what to do about it. */
export interface Check<Context> {
  /** Stable, such as `live.port`; what `--json` and other programs refer to. */
  readonly id: string
  /** What is looked at, in a word or two. */
  readonly title: string
  /** May throw; that counts as a failure with the error's message as evidence. */
  run(context: Context): Promise<Finding>
}

/** `warn`: the server starts, but probably not as meant. `skip`: it could not be looked at. */
export type FindingStatus = 'pass' | 'warn' | 'fail' | 'skip'

export interface Finding {
  readonly status: FindingStatus
  /** What was seen; never a secret. */
  readonly evidence: string
  /** What to do; absent when there is nothing to do. */
  readonly remedy?: string
}

export interface CheckResult extends Finding {
  readonly id: string
  readonly title: string
}
