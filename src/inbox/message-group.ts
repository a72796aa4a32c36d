import { AppError } from '../errors.ts'
import type { InboxHandler } from '../inbound.ts'
import type { ClaimedLane, Inbox, InboxMessage } from '../store/store.ts'

/** Messages answered together at most. */
const LARGEST_GROUP = 20

type Messages = readonly [InboxMessage, ...InboxMessage[]]

/** The messages at the head of a lane that are answered by one turn. */
export class MessageGroup {
  readonly #inbox: Inbox
  readonly #lane: ClaimedLane
  readonly handler: InboxHandler | undefined
  #messages: Messages

  private constructor(inbox: Inbox, lane: ClaimedLane, { handler, messages }: LoadedGroup) {
    this.#inbox = inbox
    this.#lane = lane
    this.handler = handler
    this.#messages = messages
  }

  /**
   * A group that was recorded stays as it is; otherwise the handler's policy decides, and what it decides is recorded.
   * Undefined when the lane holds no message. Throws `interrupted` when the lane is lost.
   */
  static async load(
    inbox: Inbox,
    lane: ClaimedLane,
    handlerOf: (message: InboxMessage) => InboxHandler | undefined,
  ): Promise<MessageGroup | undefined> {
    const found = await inbox.waiting(lane.key, LARGEST_GROUP)
    // An operator may meanwhile have put others back before what the lane was claimed for.
    const waiting = found.slice(
      Math.max(
        0,
        found.findIndex(({ id }) => id === lane.item?.dedupe),
      ),
    )
    const [first] = waiting
    if (first === undefined) return undefined
    const handler = handlerOf(first)
    const group = new MessageGroup(inbox, lane, { handler, messages: [first] })
    if (first.answeredWith !== null)
      group.#messages = [first, ...takeWhile(waiting.slice(1), isWith(first.answeredWith))]
    // An earlier attempt may have begun with this message alone, and its answer is to this message alone.
    else if (handler && lane.attempts === 1) await group.#form(handler, waiting)
    return group
  }

  get messages(): Messages {
    return this.#messages
  }

  /** The id of the message that was the first when the group was recorded. */
  get turnId(): string {
    const [{ answeredWith, id }] = this.#messages
    return answeredWith ?? id
  }

  /** True when further messages may join while this group is being answered. */
  get grows(): boolean {
    return (
      this.handler?.turnPolicy === 'steer' &&
      this.#messages.length < LARGEST_GROUP &&
      this.#messages.every((message) => this.handler?.joins(message))
    )
  }

  /** The messages that wait behind the group and may join it. */
  async findFollowers(): Promise<readonly InboxMessage[]> {
    const waiting = await this.#inbox.waiting(this.#lane.key, LARGEST_GROUP)
    const own = new Set(this.#messages.map(({ id }) => id))
    return takeWhile(
      waiting.filter(({ id }) => !own.has(id)),
      (message) => this.#mayJoin(message),
    )
  }

  /** Takes the messages in and records it. False, and nothing changed, when the group has its answer already. */
  async grow(followers: readonly InboxMessage[]): Promise<boolean> {
    const messages = [...this.#messages, ...followers] as const
    if (!(await this.#record(messages))) return false
    this.#messages = messages
    return true
  }

  async #form(handler: InboxHandler, waiting: readonly InboxMessage[]): Promise<void> {
    const [first] = this.#messages
    if (handler.turnPolicy === 'queue' || !handler.joins(first)) return
    const messages = [first, ...takeWhile(waiting.slice(1), (message) => this.#mayJoin(message))] as const
    if (!(await this.#record(messages))) throw new AppError('interrupted')
    this.#messages = messages
  }

  /** Only what the same person says: the turn acts, and its tools see rows, for one subject. */
  #mayJoin(message: InboxMessage): boolean {
    return (
      message.answeredWith === null &&
      message.subject === this.#messages[0].subject &&
      this.handler?.joins(message, this.#messages[0]) === true
    )
  }

  async #record(messages: Messages): Promise<boolean> {
    const ids = messages.map(({ id }) => id)
    return await this.#inbox.join(this.#lane, ids, this.turnId)
  }
}

interface LoadedGroup {
  readonly handler: InboxHandler | undefined
  readonly messages: Messages
}

function isWith(turnId: string): (message: InboxMessage) => boolean {
  return ({ answeredWith }) => answeredWith === turnId
}

function takeWhile(
  messages: readonly InboxMessage[],
  belongs: (message: InboxMessage) => boolean,
): readonly InboxMessage[] {
  const end = messages.findIndex((message) => !belongs(message))
  return end === -1 ? messages : messages.slice(0, end)
}
