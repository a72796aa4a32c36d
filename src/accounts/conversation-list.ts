import type { Cache } from '../cache/cache.ts'
import type { OwnConversations } from '../store/store.ts'

/** Guide 001: at most 50, kept for 60 seconds. */
const MOST = 50
const KEPT_MS = 60_000

/** One line of the list; dates are ISO 8601, as the cache keeps only JSON. */
export interface ListedConversation {
  readonly id: string
  readonly title: string | null
  readonly createdAt: string
  readonly updatedAt: string
}

/** The list of a person's conversations, kept until something in it changes. */
export class ConversationList {
  readonly #store: OwnConversations
  readonly #cache: Cache

  constructor(store: OwnConversations, cache: Cache) {
    this.#store = store
    this.#cache = cache
  }

  /** Newest first. */
  list(subject: string): Promise<readonly ListedConversation[]> {
    return this.#cache.remember({ group: groupOf(subject), key: 'list', lifetimeMs: KEPT_MS }, async () =>
      (await this.#store.list(subject, MOST)).map(toListed),
    )
  }

  /** To be called after every change of the person's conversations has been committed. */
  changed(subject: string): Promise<void> {
    return this.#cache.forget(groupOf(subject))
  }
}

function toListed({
  createdAt,
  updatedAt,
  ...rest
}: Awaited<ReturnType<OwnConversations['list']>>[number]): ListedConversation {
  return { ...rest, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() }
}

function groupOf(subject: string): string {
  return `conversations:${subject}`
}
