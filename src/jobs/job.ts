import { Cron } from 'croner'
import { findFieldProblem, isText, type FieldRule } from '../definition.ts'
import { AppError } from '../errors.ts'
import type { Json } from '../inbound.ts'
import { isTimeZone } from '../time-zone.ts'

/** What a run of a job is given. */
export interface JobContext {
  /** What was put; null for a run of the schedule. */
  readonly payload: Json
  /** When it was meant to run. */
  readonly scheduledFor: Date
  /** Counts from 1. */
  readonly attempt: number
  /** True when a failure of this attempt sends it to the dead items. */
  readonly lastAttempt: boolean
  /** Aborts when the time is over, the process stops, or another replica has taken the job over; end soon, it is run again. */
  readonly signal: AbortSignal
  readonly jobs: Jobs
}

/** Puts work into the queue of background jobs. */
export interface Jobs {
  /** Adds a run. False when one with the same `dedupe` waits already. Throws `invalid_request` for an unknown job. */
  put(run: JobRun): Promise<boolean>
  /** Takes a run back; false when there is none, or it is being run. */
  cancel(run: { readonly job: string; readonly dedupe: string }): Promise<boolean>
}

export interface JobRun {
  /** The name of the job. */
  readonly job: string
  /** Runs of one key come one after another, in the order they were put. Default: one key for all. */
  readonly key?: string
  /** Default: null. */
  readonly payload?: Json
  /** Default: now. Runs of one key wait for those before them, whatever their time. */
  readonly runAt?: Date
  /** While a run with it waits, another is not added; also what takes it back. Default: none. */
  readonly dedupe?: string
}

export interface JobDefinition {
  /** 1 to 64 lower-case letters, digits or `-`; names that begin with `botyard-` are ours. */
  readonly name: string
  /**
   * When it runs by itself: a cron expression of five parts, or of six with seconds first. Each time it runs once over
   * all replicas; times missed while no server ran are made up for by one run at the next start. Default: never.
   */
  readonly schedule?: string
  /** The time zone of `schedule`, such as `Europe/Paris`. Default `UTC`. */
  readonly timeZone?: string
  /**
   * How long one attempt may take, in milliseconds: then its `signal` is aborted, and it has failed. Default 3600000,
   * an hour.
   */
  readonly timeoutMs?: number
  /**
   * Does the work. It gives up when it fails at its eighth attempt or a later one, with back-off before each. Attempts
   * that a crash ended count from the first failure on. So it may run more than once and has to bear that. An
   * `AppError` that is not retryable gives up at once.
   */
  run(context: JobContext): Promise<void> | void
}

/** A job ready to be run. Made by `defineJob`. */
export interface Job {
  readonly name: string
  readonly schedule: string | undefined
  readonly timeZone: string
  readonly timeoutMs: number
  readonly run: (context: JobContext) => Promise<void> | void
}

/**
 * Defines work that runs in the background, listed in `defineConfig({ jobs })`. Throws `invalid_definition`, naming the
 * field and the fix, when it cannot work.
 *
 * @example
 * export const report = defineJob({ name: 'report', schedule: '0 9 * * 1', run: async () => sendReport() })
 */
export function defineJob(definition: JobDefinition): Job {
  const problem = findFieldProblem(definition, JOB_FIELDS) ?? findConflict(definition)
  if (problem) throw new AppError('invalid_definition', { params: { problem: `defineJob: ${problem}` } })
  return createJob(definition)
}

/** A job without the rules for names. */
export function createJob(definition: JobDefinition): Job {
  const { name, schedule, timeZone = 'UTC', timeoutMs = HOUR_MS } = definition
  const run = (context: JobContext): Promise<void> | void => definition.run(context)
  return Object.freeze({ name, schedule, timeZone, timeoutMs, run })
}

const HOUR_MS = 3_600_000
/** The longest a timer can wait. */
const LONGEST_MS = 2_147_483_647

const JOB_NAME = /^(?!botyard-)[a-z0-9][a-z0-9-]{0,63}$/

const JOB_FIELDS: Readonly<Record<keyof JobDefinition, FieldRule>> = {
  name: {
    fits: (value) => typeof value === 'string' && JOB_NAME.test(value),
    fix: 'use 1 to 64 lower-case letters, digits or "-", such as "nightly-report", without "botyard-" in front',
    required: true,
  },
  schedule: {
    fits: (value) => isText(value) && isSchedule(value),
    fix: 'write a cron expression such as "0 9 * * 1" (Mondays at nine)',
  },
  timeZone: {
    fits: (value) => isText(value) && isTimeZone(value),
    fix: 'write the name of a time zone, such as "Europe/Paris"',
  },
  timeoutMs: {
    fits: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= LONGEST_MS,
    fix: `use a whole number of milliseconds from 1 to ${LONGEST_MS}`,
  },
  run: { fits: (value) => typeof value === 'function', fix: 'write a function', required: true },
}

function findConflict({ name, schedule, timeZone }: JobDefinition): string | undefined {
  if (timeZone === undefined || schedule !== undefined) return undefined
  return `\`timeZone\` of "${name}" is for its \`schedule\`, which is missing; add one.`
}

function isSchedule(expression: string): boolean {
  try {
    // Dates are understood, too, but come only once.
    return /^(?:\S+\s+){4,5}\S+$/.test(expression.trim()) && new Cron(expression).nextRun() !== null
  } catch {
    return false
  }
}
