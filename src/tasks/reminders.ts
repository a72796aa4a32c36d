import type { ConversationKey } from '../conversation.ts'
import { createJob, type Job, type Jobs } from '../jobs/job.ts'
import type { StoredNotification, StoredTask, TaskStore } from '../store/store.ts'

export interface RemindersOptions {
  readonly store: TaskStore
  /** Channels that can say something unasked. */
  readonly channels: () => readonly NotifyingChannel[]
}

/** The part of a channel that tells people something. */
export interface NotifyingChannel {
  readonly name: string
  /** See `Channel.notify`. */
  notify(conversation: ConversationKey, text: string, signal: AbortSignal): Promise<boolean>
}

const TELL_JOB = 'botyard-tell-reminder'
/** Reminders noted in one commit. */
const BATCH = 100
/** The longest message guide 001 keeps. */
const LONGEST_MESSAGE = 500

/**
 * The jobs behind reminders: one looks every 15 seconds which are due and notes a notification for each, the other
 * tells one where the person last spoke. The notification is there for those who ask for it whether it could be told or
 * not.
 */
export function createReminderJobs({ store, channels }: RemindersOptions): readonly Job[] {
  return [
    createJob({
      name: 'botyard-reminders',
      schedule: '*/15 * * * * *',
      run: async ({ jobs, signal }) => {
        while ((await store.remind(BATCH, toMessage)) === BATCH) signal.throwIfAborted()
        await handOn(store, jobs)
      },
    }),
    createJob({
      name: TELL_JOB,
      run: async ({ payload, signal }) => {
        const { subject, message } = payload as unknown as ToldReminder
        await tell({ subject, message }, { store, channels: channels(), signal })
      },
    }),
  ]
}

/** What the person reads; in Russian when the task is. */
function toMessage({ title }: StoredTask): string {
  const text = /\p{Script=Cyrillic}/u.test(title) ? `⏰ Скоро срок: «${title}»` : `⏰ '${title}' is due soon!`
  return text.slice(0, LONGEST_MESSAGE)
}

type ToldReminder = Pick<StoredNotification, 'subject' | 'message'>

/** Each is marked at once: what is handed on again after its job is done would be told again. */
async function handOn(store: TaskStore, jobs: Jobs): Promise<void> {
  for (let found = await store.unannounced(BATCH); found.length > 0; found = await store.unannounced(BATCH)) {
    for (const { id, subject, message } of found) {
      await jobs.put({ job: TELL_JOB, key: subject, dedupe: String(id), payload: { subject, message } })
      await store.markAnnounced([id])
    }
  }
}

interface Telling {
  readonly store: TaskStore
  readonly channels: readonly NotifyingChannel[]
  readonly signal: AbortSignal
}

/** Tells it in the last conversation that is a place for it. */
async function tell({ subject, message }: ToldReminder, { store, channels, signal }: Telling): Promise<void> {
  const names = channels.map(({ name }) => name)
  if (names.length === 0) return
  for (const place of await store.places(subject, names)) {
    const channel = channels.find(({ name }) => name === place.channel)
    if (await channel?.notify(place, message, signal)) return
  }
}
