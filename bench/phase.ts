/** One stretch of load: so many streams at once, each asking for the next answer when it has the last one. */
export interface Phase {
  readonly name: string
  readonly streams: number
  /** Tokens of one answer. */
  readonly tokens: number
  /** Between two tokens of one answer, in milliseconds; 0 is as fast as the relay takes them. */
  readonly paceMs: number
  /** The streams start spread over this time, in milliseconds. */
  readonly rampMs: number
  /** What is measured, in milliseconds, after the ramp. */
  readonly windowMs: number
  /**
   * The bare relay carries the same load at the same time. For loads that leave the core idle for the most part: what waking up
   * costs there drifts by a third within seconds. Default false.
   */
  readonly besideBare?: boolean
}

export interface PhaseTarget {
  /** Where the relay listens, such as `http://127.0.0.1:4000`. */
  readonly relayUrl: string
  readonly relayPid: number
  readonly emulatorUrl: string
  readonly emulatorPid: number
}

/** What the load client saw during the window of a phase. */
export interface PhaseResult {
  readonly windowMs: number
  /** Tokens that arrived, right and in order, counted by the text they carry. */
  readonly tokens: number
  /** User and system time of all threads of the relay, in microseconds. */
  readonly cpuMicros: number
  /** How much of it went to the thread of an embedded database. */
  readonly databaseMicros: number
  /** The share of one core that emulator and load client took together; near 1 they are the limit. */
  readonly harnessBusy: number
  /** From asking to the first text, of answers asked for within the window, in milliseconds. */
  readonly firstTextMs: readonly number[]
  /** From asking to the end, of answers that ended within the window, in milliseconds. */
  readonly completeMs: readonly number[]
  /** Streams that had text and were not complete when the window closed. */
  readonly openStreams: number
  readonly rssBeforeBytes: number
  readonly rssBytes: number
  /** What went wrong, one sentence each; empty when every answer arrived whole and in order. */
  readonly failures: readonly string[]
}

export interface LoadCommand {
  /** Comes back with the result; several phases may run at once. */
  readonly id: number
  readonly phase: Phase
  readonly target: PhaseTarget
}

export type LoadReply =
  | { readonly id: number; readonly result: PhaseResult }
  | { readonly id: number; readonly error: string }
