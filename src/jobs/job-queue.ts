import { Cron } from 'croner'
import { AppError } from '../errors.ts'
import { LaneRunner, type LaneRunnerOptions } from '../lanes/lane-runner.ts'
import { attemptOf, type LaneWorker } from '../lanes/lanes.ts'
import { nearest } from '../nearest.ts'
import type { ClaimedLane } from '../store/store.ts'
import { runWork } from '../tracing.ts'
import type { Job, JobRun, Jobs } from './job.ts'

export interface JobQueueOptions extends Pick<
  LaneRunnerOptions,
  'lanes' | 'leaseMs' | 'pollMs' | 'retry' | 'scrub' | 'onFailure' | 'onDatabase'
> {
  readonly jobs: readonly Job[]
}

const QUEUE = 'jobs'
/** Jobs that run at the same time in one process, of different keys. */
const CONCURRENCY = 4
const POLL_MS = 2_000
const LONGEST_PAUSE_MS = 30_000

/** Runs background jobs: those that were put, and those with a schedule, each time once over all replicas. */
export class JobQueue implements Jobs, LaneWorker {
  readonly #options: JobQueueOptions
  readonly #jobs: ReadonlyMap<string, Job>
  readonly #runner: LaneRunner
  #retry: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: JobQueueOptions) {
    this.#options = options
    this.#jobs = new Map(options.jobs.map((job) => [job.name, job]))
    this.#runner = new LaneRunner({
      pollMs: POLL_MS,
      ...options,
      queue: QUEUE,
      worker: this,
      concurrency: CONCURRENCY,
      limitMs: (lane) => this.#jobs.get(jobName(lane))?.timeoutMs ?? Infinity,
      // Another version may have jobs of its own.
      prefixes: [...this.#jobs.keys()],
    })
  }

  /** Begins to run jobs. */
  start(): void {
    this.#runner.start()
    void this.#scheduleAll(0)
  }

  /** From now on no further job is begun. */
  stopClaiming(): void {
    this.#stopped = true
    clearTimeout(this.#retry)
    this.#runner.stopClaiming()
  }

  /** Waits up to `timeoutMs` for the jobs that run, then hands them over to other replicas. */
  async drain(timeoutMs: number): Promise<void> {
    this.stopClaiming()
    await this.#runner.drain(timeoutMs)
  }

  async put({ job, key, payload = null, runAt, dedupe }: JobRun): Promise<boolean> {
    this.#require(job)
    const added = await this.#options.lanes.put({
      queue: QUEUE,
      key: `${job}:key:${key ?? ''}`,
      dedupe: dedupe === undefined ? null : `${job}:key:${dedupe}`,
      payload,
      ...(runAt && { runAt }),
    })
    if (added) this.#runner.wake()
    return added
  }

  async cancel({ job, dedupe }: { readonly job: string; readonly dedupe: string }): Promise<boolean> {
    this.#require(job)
    return await this.#options.lanes.remove(QUEUE, `${job}:key:${dedupe}`)
  }

  async work(lane: ClaimedLane, signal: AbortSignal): Promise<void> {
    const job = this.#jobOf(lane)
    const { item } = lane
    if (item)
      // Whoever woke the queue up has nothing to do with what runs.
      await runWork({}, async () =>
        job.run({
          payload: isScheduled(lane) ? null : item.payload,
          scheduledFor: item.runAt,
          attempt: lane.attempts,
          lastAttempt: attemptOf(lane) >= this.#runner.maxAttempts,
          signal,
          jobs: this,
        }),
      )
    if (signal.aborted) return
    const runAt = nextRun(job, lane)
    await (runAt ? this.#options.lanes.repeat(lane, { runAt }) : this.#options.lanes.settle(lane))
  }

  async bury(lane: ClaimedLane, error: string): Promise<void> {
    const runAt = nextRun(this.#jobOf(lane), lane)
    const { lanes } = this.#options
    await (runAt ? lanes.repeat(lane, { runAt, deadBecause: error }) : lanes.bury(lane, error))
  }

  /** A database that is away for a while is asked again. */
  async #scheduleAll(failures: number): Promise<void> {
    try {
      for (const job of this.#jobs.values()) await this.#schedule(job)
      this.#runner.wake()
    } catch {
      // The runner asks the same database and tells of it.
      const pause = Math.min(LONGEST_PAUSE_MS, POLL_MS * 2 ** failures)
      if (!this.#stopped) this.#retry = setTimeout(() => void this.#scheduleAll(failures + 1), pause)
    }
  }

  /** The next run of a schedule is always there, as one item that moves on; a schedule that was changed begins anew. */
  async #schedule(job: Job): Promise<void> {
    const name = `${job.name}:cron`
    const { lanes } = this.#options
    const runAt = nextSlot(job, new Date())
    const known = await lanes.find(QUEUE, name)
    const payload = runAt && { schedule: job.schedule ?? '', timeZone: job.timeZone }
    if (known && JSON.stringify(known.payload) !== JSON.stringify(payload)) await lanes.remove(QUEUE, name)
    if (runAt && payload) await lanes.put({ queue: QUEUE, key: name, dedupe: name, payload, runAt })
  }

  #jobOf(lane: ClaimedLane): Job {
    return this.#require(jobName(lane))
  }

  #require(name: string): Job {
    const job = this.#jobs.get(name)
    if (job) return job
    const meant = nearest(name, this.#jobs.keys(), ({ length }) => Math.max(1, Math.floor(length / 3)))
    const hint = meant ? ` Did you mean "${meant}"?` : ''
    throw new AppError('invalid_request', { params: { problem: `there is no job "${name}".${hint}` } })
  }
}

function jobName({ key }: ClaimedLane): string {
  return key.split(':')[0] ?? ''
}

function isScheduled({ key }: ClaimedLane): boolean {
  return key.endsWith(':cron') && key.split(':').length === 2
}

/** When a run of a schedule comes again; undefined for one that was put. Missed times count as one. */
function nextRun(job: Job, lane: ClaimedLane): Date | undefined {
  if (!isScheduled(lane) || !lane.item) return undefined
  return nextSlot(job, new Date(Math.max(Date.now(), lane.item.runAt.getTime())))
}

function nextSlot({ schedule, timeZone }: Job, after: Date): Date | undefined {
  if (schedule === undefined) return undefined
  // A zone makes every start load the calendars of all of them.
  const zone = timeZone === 'UTC' ? { utcOffset: 0 } : { timezone: timeZone }
  return new Cron(schedule, zone).nextRun(after) ?? undefined
}
