import type { ServedBot } from '../served-bot.ts'
import type { ChatbotStore, PublishedChatbot, TokenQuota } from '../store/store.ts'
import type { ChatbotFields } from './chatbot-fields.ts'

export interface DirectoryOptions {
  readonly store: ChatbotStore
  /** Throws when the chatbot cannot be served. */
  readonly serve: (id: string, fields: ChatbotFields) => ServedBot
  /** Told what could not be served. */
  readonly onProblem: (message: string, error: unknown) => void
}

interface Entry {
  readonly version: number
  readonly quota: TokenQuota
  /** Undefined when it is archived, or could never be served here. */
  readonly served: ServedBot | undefined
}

/** Earlier revisions that are kept in memory. */
const MOST_REVISIONS = 500

/** The published chatbots in memory, kept up with the database. */
export class ChatbotDirectory {
  readonly #options: DirectoryOptions
  readonly #entries = new Map<string, Entry>()
  readonly #revisions = new Map<string, Promise<ServedBot | undefined>>()
  #list: readonly ServedBot[] = []
  #since: Date | undefined
  #reading: Promise<void> = Promise.resolve()

  constructor(options: DirectoryOptions) {
    this.#options = options
  }

  /** Those that answer, the oldest first. */
  list(): readonly ServedBot[] {
    return this.#list
  }

  find(id: string): ServedBot | undefined {
    return this.#entries.get(id)?.served
  }

  quotaOf(id: string): TokenQuota | undefined {
    return this.#entries.get(id)?.quota
  }

  /** See `Chatbots.revision`. */
  async revision(id: string, hash: string): Promise<ServedBot | undefined> {
    const now = this.find(id)
    if (now?.revision === hash) return now
    const key = `${id}/${hash}`
    const known = this.#revisions.get(key)
    if (known) return known
    const loading = this.#load(id, hash)
    this.#revisions.set(key, loading)
    const [oldest] = this.#revisions.keys()
    if (this.#revisions.size > MOST_REVISIONS && oldest) this.#revisions.delete(oldest)
    // What is not there yet may come, and a database that is away comes back.
    const served = await loading.catch((error: unknown) => {
      this.#revisions.delete(key)
      throw error
    })
    if (!served) this.#revisions.delete(key)
    return served
  }

  /** Reads what changed. Readings follow each other, so what was committed before the call is seen. */
  refresh(): Promise<void> {
    const reading = this.#reading.then(() => this.#read())
    this.#reading = reading.catch(() => undefined)
    return reading
  }

  async #load(id: string, hash: string): Promise<ServedBot | undefined> {
    const stored = await this.#options.store.revisionByHash(id, hash)
    return stored && this.#serve({ id, hash, definition: stored.definition })
  }

  async #read(): Promise<void> {
    const { store } = this.#options
    const { at, changed } = await store.changes(this.#since)
    const news = changed.filter(({ id, version }) => this.#entries.get(id)?.version !== version)
    if (news.length > 0) {
      for (const chatbot of await store.published(news.map(({ id }) => id))) this.#take(chatbot)
      this.#list = [...this.#entries.values()].flatMap(({ served }) => served ?? [])
    }
    this.#since = at
  }

  #take(chatbot: PublishedChatbot): void {
    const { id, version, archived, tokensPerDay, tokensPerMonth } = chatbot
    // What cannot be served here, such as a revision of a newer server, leaves the one before in its place.
    const served = archived ? undefined : (this.#serve(chatbot) ?? this.find(id))
    this.#entries.set(id, { version, quota: { tokensPerDay, tokensPerMonth }, served })
  }

  #serve({
    id,
    hash,
    definition,
  }: Pick<PublishedChatbot, 'id' | 'hash' | 'definition'>): ServedBot | undefined {
    try {
      const fields = JSON.parse(definition) as ChatbotFields
      // The revision keeps its name, also when settings or defaults of the server change what it comes to.
      return {
        ...this.#options.serve(id, fields),
        revision: hash,
        ...(fields.listed !== true && { unlisted: true }),
      }
    } catch (error) {
      this.#options.onProblem(`chatbot ${id} cannot be served in its revision ${hash}`, error)
      return undefined
    }
  }
}
