import type { FlagName } from '../feature-flags.ts'

/** The door of the flags room: switches of features that operators turn while the server runs. */

export { FLAG_NAMES, type FlagName, type FlagReader, type FlagSubject } from '../feature-flags.ts'

/** How a flag stands. */
export interface FlagState {
  readonly name: FlagName
  /** False: off for everybody, whatever else is said. */
  readonly enabled: boolean
  /** Share of identifiers it is on for, 0 to 100. */
  readonly percentage: number
  /** Identifiers it is on for at any percentage. */
  readonly allow: readonly string[]
  /** Identifiers it is off for; they win over `allow`. */
  readonly deny: readonly string[]
  /** Of `abTest`: the half that gets streamed answers. */
  readonly variant: 'A' | 'B'
}

export interface FlagDecision {
  readonly on: boolean
  /** OpenFeature's words for why. */
  readonly reason: 'DISABLED' | 'TARGETING_MATCH' | 'SPLIT' | 'STATIC' | 'DEFAULT'
  /** The half of the A/B test, where it decided. */
  readonly variant?: 'A' | 'B'
}

/** What operators may change of a flag. */
export interface FlagChange {
  readonly enabled?: boolean
  /** A whole number from 0 to 100; only of `streaming` and `tts`. */
  readonly percentage?: number
  readonly allow?: readonly string[]
  readonly deny?: readonly string[]
  /** Only of `abTest`. */
  readonly variant?: 'A' | 'B'
}

/** What operators do with flags: on the database, or through a server. */
export interface FlagDesk {
  list(): Promise<readonly FlagState[]>
  /** Throws `flag_unknown` or `flag_invalid`. */
  set(
    name: string,
    change: FlagChange,
    by: { readonly actor: string; readonly reason: string },
  ): Promise<FlagState>
}
