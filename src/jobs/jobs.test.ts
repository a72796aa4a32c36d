import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { backends } from '../../test/test-store.ts'
import { AppError } from '../errors.ts'
import type { OpenStore } from '../store/open-store.ts'
import { defineJob, type Job, type JobContext } from './job.ts'
import { JobQueue } from './job-queue.ts'

describe.each(backends())('jobs on $name', (backend) => {
  let store: OpenStore
  const queues: JobQueue[] = []
  const dead: string[] = []

  beforeEach(async () => {
    store = await backend.open()
    dead.length = 0
  })

  afterEach(async () => {
    await Promise.all(queues.splice(0).map((queue) => queue.drain(0)))
    await store.close()
  })

  function start(...jobs: readonly Job[]): JobQueue {
    const queue = new JobQueue({
      lanes: store.lanes,
      jobs,
      pollMs: 20,
      retry: { firstDelayMs: 1, longestDelayMs: 5 },
      onFailure: (failure) => {
        if (failure.dead) dead.push(failure.lane.key)
      },
      onDatabase: () => undefined,
    })
    queues.push(queue)
    queue.start()
    return queue
  }

  /** Puts the waiting run of a schedule an hour back, as if no server had run since. */
  async function miss(job: string): Promise<void> {
    const runAt = new Date(Date.now() - 3_600_000)
    const slot = () => store.lanes.find('jobs', `${job}:cron`)
    await expect.poll(slot).toBeDefined()
    await store.db
      .updateTable('lane_items')
      .set({ run_at: runAt })
      .where('dedupe', '=', `${job}:cron`)
      .execute()
    await store.db.updateTable('lanes').set({ due_at: runAt }).where('key', '=', `${job}:cron`).execute()
  }

  test('that were put run in the order of their key', async () => {
    const seen: unknown[] = []
    const note = defineJob({ name: 'note', run: ({ payload }) => void seen.push(payload) })
    const queue = start(note)
    for (const payload of [1, 2, 3]) expect(await queue.put({ job: 'note', key: 'k', payload })).toBe(true)
    await expect.poll(() => seen).toEqual([1, 2, 3])
  })

  test('wait for their time, are put once under a name, and can be taken back', async () => {
    const seen: unknown[] = []
    const queue = start(defineJob({ name: 'remind', run: ({ payload }) => void seen.push(payload) }))
    const later = { job: 'remind', runAt: new Date(Date.now() + 60_000), dedupe: 'tea' }
    expect(await queue.put({ ...later, payload: 'tea' })).toBe(true)
    expect(await queue.put({ ...later, payload: 'tea' })).toBe(false)
    expect(await queue.cancel(later)).toBe(true)
    expect(await queue.cancel(later)).toBe(false)
    await queue.put({ job: 'remind', payload: 'now' })
    await expect.poll(() => seen).toEqual(['now'])
  })

  test('that fail are tried again, then end among the dead items', async () => {
    const attempts: (readonly [number, boolean])[] = []
    const queue = start(
      defineJob({
        name: 'fail',
        run: ({ attempt, lastAttempt, payload }) => {
          attempts.push([attempt, lastAttempt])
          throw payload === 'hopeless' ? new AppError('model_rejected') : new Error('no luck')
        },
      }),
    )
    await queue.put({ job: 'fail', payload: 'luck' })
    await expect.poll(() => dead).toEqual(['fail:key:'])
    expect(attempts).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => [attempt, attempt === 8]))
    await queue.put({ job: 'fail', payload: 'hopeless' })
    await expect.poll(() => dead).toHaveLength(2)
    expect(attempts).toHaveLength(9)
  })

  test('that take longer than they may are told to end, and tried again', async () => {
    const signals: AbortSignal[] = []
    const slow = defineJob({
      name: 'slow',
      timeoutMs: 300,
      run: async ({ signal }) => {
        signals.push(signal)
        if (signals.length === 1) await new Promise(() => undefined)
      },
    })
    const queue = start(slow)
    await queue.put({ job: 'slow', dedupe: 'once' })
    // More often when a busy machine is slow to end the second one.
    await expect.poll(() => signals.length).toBeGreaterThan(1)
    expect(signals[0]?.aborted).toBe(true)
    expect(String(signals[0]?.reason)).toContain('it took longer than 300 ms')
    await expect.poll(() => store.lanes.find('jobs', 'slow:key:once')).toBeUndefined()
  })

  test('with a schedule run once for each time over all replicas, and once for all that were missed', async () => {
    const runs: JobContext[] = []
    // Another month than that of the run that was missed.
    const month = (new Date().getUTCMonth() + 6) % 12
    const schedule = `0 0 1 ${month + 1} *`
    const tick = defineJob({ name: 'tick', schedule, run: (context) => void runs.push(context) })
    start(tick)
    start(tick)
    await miss('tick')
    await expect.poll(() => runs.length).toBe(1)
    const next = () => store.lanes.find('jobs', 'tick:cron').then((item) => item?.runAt.getUTCMonth())
    await expect.poll(next).toBe(month)
    await miss('tick')
    await expect.poll(() => runs.length).toBe(2)
    expect(runs[0]).toMatchObject({ payload: null, attempt: 1 })
    expect(await store.db.selectFrom('lane_items').select('key').execute()).toEqual([{ key: 'tick:cron' }])
  })

  test('with a schedule run every second, and never two at a time', async () => {
    const slots: number[] = []
    const tick = defineJob({
      name: 'tick',
      schedule: '* * * * * *',
      run: ({ scheduledFor }) => void slots.push(scheduledFor.getTime()),
    })
    for (let replica = 0; replica < 3; replica++) start(tick)
    await expect.poll(() => slots.length).toBeGreaterThanOrEqual(3)
    expect(new Set(slots).size).toBe(slots.length)
    expect(slots).toEqual(slots.toSorted((a, b) => a - b))
  })

  test('with a schedule go on after they failed for good', async () => {
    const tick = defineJob({
      name: 'tick',
      schedule: '0 0 1 1 *',
      run: () => {
        throw new AppError('model_rejected')
      },
    })
    start(tick)
    for (const deaths of [1, 2]) {
      await miss('tick')
      await expect.poll(() => dead.length).toBe(deaths)
    }
    await expect.poll(() => store.lanes.find('jobs', 'tick:cron')).toBeDefined()
  })

  test('whose schedule was changed follow the new one', async () => {
    start(defineJob({ name: 'tick', schedule: '0 0 1 1 *', run: () => undefined }))
    const month = () => store.lanes.find('jobs', 'tick:cron').then((item) => item?.runAt.getUTCMonth())
    await expect.poll(month).toBe(0)
    start(defineJob({ name: 'tick', schedule: '0 0 1 6 *', run: () => undefined }))
    await expect.poll(month).toBe(5)
  })

  test('of another version are left to it', async () => {
    const old = start(defineJob({ name: 'old', run: () => undefined }))
    await old.drain(0)
    await old.put({ job: 'old', payload: 1 })
    const seen: unknown[] = []
    const queue = start(defineJob({ name: 'new', run: ({ payload }) => void seen.push(payload) }))
    await queue.put({ job: 'new', payload: 2 })
    await expect.poll(() => seen).toEqual([2])
    expect(dead).toEqual([])
    await expect(queue.put({ job: 'mew' })).rejects.toThrow('there is no job "mew". Did you mean "new"?')
  })
})

describe('a definition that cannot work says why', () => {
  const run = (): void => undefined
  test.each([
    [{ name: 'Report', run }, '`name` is "Report"; use 1 to 64 lower-case letters'],
    [{ name: 'botyard-x', run }, '`name` is "botyard-x"; use 1 to 64'],
    [{ name: 'a', schedule: 'monday', run }, '`schedule` of "a" is "monday"; write a cron expression'],
    [{ name: 'a', schedule: '61 * * * *', run }, '`schedule` of "a" is "61 * * * *"'],
    [{ name: 'a', schedule: '0 9 * * 1', timeZone: 'Mars', run }, '`timeZone` of "a" is "Mars"'],
    [{ name: 'a', timeZone: 'UTC', run }, '`timeZone` of "a" is for its `schedule`, which is missing'],
    [{ name: 'a', shedule: '0 9 * * 1', run }, '`shedule` of "a" does not exist; did you mean `schedule`?'],
    [{ name: 'a', timeoutMs: 0, run }, '`timeoutMs` of "a" is 0; use a whole number of milliseconds'],
    [{ name: 'a' }, '`run` of "a" is missing; write a function'],
  ])('%j', (definition, sentence) => {
    expect(() => defineJob(definition as never)).toThrow(`defineJob: ${sentence}`)
  })
})
