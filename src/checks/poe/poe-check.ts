import type { FindingStatus } from '../check.ts'
import type { Exchange } from './exchange.ts'
import type { PoeBot } from './poe-bot.ts'

/** A rule of the protocol, as `botyard verify poe` and its page show it. */
export interface PoeRule {
  /** Group and name, such as `stream.done-last`; what `--only` and other programs refer to. */
  readonly id: string
  readonly title: string
  /** `must`: the run fails. `should`: a warning. */
  readonly severity: 'must' | 'should'
  readonly expected: string
  /** The section of the specification, or what else the rule comes from. */
  readonly source: string
  /** What to change in the bot. */
  readonly remedy: string
}

/** How a rule is looked at: by requests of its own, over everything that was seen, or not at all and why. */
export type PoeCheck = PoeRule &
  (
    | { readonly ask: (bot: PoeBot) => Promise<Verdict> }
    | { readonly review: (exchanges: readonly Exchange[], bot: PoeBot) => Verdict }
    | { readonly skip: string }
  )

export interface Verdict {
  readonly status: FindingStatus
  readonly seen: string
}

/** What is known about one rule of one bot. */
export interface PoeResult extends PoeRule, Verdict {}

const MAX_PROBLEMS = 3

export function pass(seen: string): Verdict {
  return { status: 'pass', seen }
}

/** The rule is broken; for a `should` the runner makes it a warning. */
export function broken(seen: string): Verdict {
  return { status: 'fail', seen }
}

/** Allowed, but most likely not as meant. */
export function doubtful(seen: string): Verdict {
  return { status: 'warn', seen }
}

export function skip(why: string): Verdict {
  return { status: 'skip', seen: why }
}

/** Broken when there are problems, of which the first few are shown. */
export function judge(problems: readonly string[], otherwise: string): Verdict {
  if (problems.length === 0) return pass(otherwise)
  const more = problems.length - MAX_PROBLEMS
  const shown = problems.slice(0, MAX_PROBLEMS).join('; ')
  return broken(more > 0 ? `${shown}; and ${more} more` : shown)
}
