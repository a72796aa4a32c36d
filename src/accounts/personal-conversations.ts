import type { Cache } from '../cache/cache.ts'
import type { ConversationKey } from '../conversation.ts'
import type { AnswerPlace, OwnConversation, OwnConversations, OwnTranscript } from '../store/store.ts'

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

/** The conversations of signed-in people; their list is kept until something in it changes. */
export class PersonalConversations {
  readonly #store: OwnConversations
  readonly #cache: Cache

  constructor(store: OwnConversations, cache: Cache) {
    this.#store = store
    this.#cache = cache
  }

  /** Newest first. */
  async list(subject: string): Promise<readonly ListedConversation[]> {
    return this.#cache.remember({ group: groupOf(subject), key: 'list', lifetimeMs: KEPT_MS }, async () =>
      (await this.#store.list(subject, MOST)).map(toListed),
    )
  }

  /** To be called after every change of the person's conversations has been committed. */
  async changed(subject: string): Promise<void> {
    if (subject.startsWith('user:')) await this.#cache.forget(groupOf(subject))
  }

  async remove(subject: string, id: string): Promise<boolean> {
    const removed = await this.#store.remove(subject, id)
    if (removed) await this.changed(subject)
    return removed
  }

  async read(
    subject: string,
    place: { readonly id: string; readonly limit: number },
  ): Promise<OwnTranscript | undefined> {
    return this.#store.read(subject, place)
  }

  async keyOf(subject: string, id: string): Promise<ConversationKey | undefined> {
    return this.#store.keyOf(subject, id)
  }

  async placeOf(turnId: string): Promise<AnswerPlace | undefined> {
    return this.#store.placeOf(turnId)
  }
}

function toListed({ createdAt, updatedAt, ...rest }: OwnConversation): ListedConversation {
  return { ...rest, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() }
}

function groupOf(subject: string): string {
  return `conversations:${subject}`
}
