import type { Store } from '../store/store.ts'
import { createJob, type Job } from './job.ts'

export interface HousekeepingOptions {
  readonly store: Pick<
    Store,
    'turns' | 'inbox' | 'lanes' | 'accounts' | 'companies' | 'answerFiles' | 'guests'
  >
  /** How long the event logs of ended turns are kept, in milliseconds. */
  readonly eventLogMs: number
  /** How long messages that ended are kept, with their deliveries, and whatever went to the dead items. */
  readonly inboxMs: number
  /** After this long the messages of a guest count for nothing, in milliseconds. */
  readonly guestMs: number
}

/** The jobs that keep the store small, and close what nobody runs any more. */
export function createHousekeeping({
  store,
  eventLogMs,
  inboxMs,
  guestMs,
}: HousekeepingOptions): readonly Job[] {
  return [
    createJob({
      name: 'botyard-sweep',
      schedule: '* * * * *',
      run: async () => {
        await store.turns.interruptAbandoned({ all: false })
        await store.turns.pruneLogs(eventLogMs)
      },
    }),
    createJob({
      name: 'botyard-retention',
      schedule: '17 * * * *',
      run: async () => {
        await store.inbox.prune(inboxMs)
        await store.lanes.pruneDead(inboxMs)
        await store.accounts.forgetExpired()
        await store.guests.prune(guestMs)
        await store.companies.forgetExpired()
        await store.answerFiles.forgetExpired()
      },
    }),
  ]
}
