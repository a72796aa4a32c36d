import type { InboundMessage } from '../inbound.ts'
import { LaneRunner, type LaneRunnerOptions } from '../lanes/lane-runner.ts'
import { INBOX_QUEUE } from '../store/store.ts'
import { MessageInbox, type MessageInboxOptions } from './message-inbox.ts'

/** The door of the inbox room: messages that are acknowledged first and answered later. */
export interface MessageQueue {
  /** See `Host.accept`. */
  accept(message: InboundMessage): Promise<'accepted' | 'duplicate'>
  /** See `Host.hasAccepted`. */
  has(message: Pick<InboundMessage, 'conversation' | 'externalId'>): Promise<boolean>
  /** Begins to answer what was accepted. */
  start(): void
  /** From now on no further message is begun. */
  stopClaiming(): void
  /** Waits up to `timeoutMs` for the messages being answered, then hands the rest over to other replicas. */
  drain(timeoutMs: number): Promise<void>
}

export interface InboxOptions
  extends
    Omit<MessageInboxOptions, 'maxAttempts' | 'onAccepted'>,
    Pick<
      LaneRunnerOptions,
      'concurrency' | 'leaseMs' | 'pollMs' | 'retry' | 'limitMs' | 'scrub' | 'onFailure' | 'onDatabase'
    > {}

export function createInbox(options: InboxOptions): MessageQueue {
  const inbox = new MessageInbox({
    ...options,
    get maxAttempts() {
      return runner.maxAttempts
    },
    onAccepted: () => runner.wake(),
  })
  const runner = new LaneRunner({ ...options, lanes: options.store.lanes, queue: INBOX_QUEUE, worker: inbox })
  return {
    accept: (message) => inbox.accept(message),
    has: (message) => options.store.inbox.has(message),
    start: () => runner.start(),
    stopClaiming: () => runner.stopClaiming(),
    drain: (timeoutMs) => runner.drain(timeoutMs),
  }
}
