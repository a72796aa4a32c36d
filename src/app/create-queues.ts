import { secretsOf } from '../config.ts'
import { createScrubber } from '../observe/scrub.ts'
import type { Access } from '../accounts/open-access.ts'
import type { Channel } from '../channels/channel.ts'
import type { Project } from '../project.ts'
import { createReminderJobs, type NotifyingChannel } from '../tasks/reminders.ts'
import { createInbox, type MessageQueue } from '../inbox/inbox.ts'
import { createHousekeeping } from '../jobs/housekeeping.ts'
import type { StoredLibrary } from '../knowledge/documents/create-library.ts'
import { JobQueue } from '../jobs/job-queue.ts'
import { ConversationHost } from '../turn/conversation-host.ts'
import type { AppParts } from './app-parts.ts'
import type { Converse } from './create-host.ts'
import { createLinkJob } from './follow-links.ts'

const HOUR_MS = 3_600_000

interface JobParts {
  readonly project: Project
  readonly channels: readonly Channel[]
  readonly library: StoredLibrary
  readonly access: Access
}

/** Background jobs: those that ship and those of the project. */
export function createJobQueue(
  { config, log, store }: AppParts,
  { project, channels, library, access }: JobParts,
): JobQueue {
  const housekeeping = createHousekeeping({
    store,
    eventLogMs: config.EVENT_LOG_HOURS * HOUR_MS,
    inboxMs: config.INBOX_DAYS * 24 * HOUR_MS,
    guestMs: config.GUEST_WINDOW_HOURS * HOUR_MS,
  })
  const reminders = createReminderJobs({
    store: store.tasks,
    channels: () => channels.filter((channel): channel is Channel & NotifyingChannel => !!channel.notify),
  })
  return new JobQueue({
    lanes: store.lanes,
    jobs: [
      ...housekeeping,
      ...reminders,
      ...library.backgroundJobs,
      createLinkJob({ access, store, library }),
      ...project.jobs,
    ],
    scrub: createScrubber(secretsOf(config)),
    onFailure: ({ lane, error, dead }) =>
      log[dead ? 'error' : 'warn'](
        { job: lane.key.split(':')[0], attempt: lane.attempts, err: error },
        dead ? 'a job failed for good' : 'a job failed; trying again',
      ),
    onDatabase: (error) =>
      error === undefined
        ? log.info('jobs are run again')
        : log.error({ err: error }, 'jobs wait: the database cannot be used; trying again'),
  })
}

/** What channels and providers may take beside the turn of a message, before its attempt has failed. */
const HANDLER_MARGIN_MS = 10 * 60_000

interface QueueParts extends AppParts {
  readonly turns: ConversationHost
  readonly channels: readonly Channel[]
  readonly converse: Converse
}

/** What was accepted and is answered later. */
export function createMessageQueue({
  config,
  log,
  bots,
  store,
  observability,
  turns,
  channels,
  converse,
}: QueueParts): MessageQueue {
  return createInbox({
    store,
    handlers: new Map(channels.flatMap(({ name, inbox }) => (inbox ? [[name, inbox]] : []))),
    converse,
    turnOver: (turnId) => turns.turnOver(turnId),
    concurrency: config.INBOX_CONCURRENCY,
    limitMs: () => HANDLER_MARGIN_MS + Math.max(0, ...bots.list().map(({ bot }) => bot.limits.timeMs)),
    tracer: observability.tracing.tracer,
    onDelivery: (delivery) => observability.metrics.countDelivery(delivery),
    onAmbiguous: (delivery) => log.warn(delivery, 'a message may have been sent that nobody knows of'),
    scrub: createScrubber(secretsOf(config)),
    onFailure: ({ lane, error, dead }) =>
      log[dead ? 'error' : 'warn'](
        { messageId: lane.item?.payload, attempt: lane.attempts, err: error },
        dead ? 'a message went to the dead letters' : 'a message could not be answered; trying again',
      ),
    onDatabase: (error) =>
      error === undefined
        ? log.info('accepted messages are answered again')
        : log.error({ err: error }, 'accepted messages wait: the database cannot be used; trying again'),
  })
}
