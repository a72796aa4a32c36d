import { LRUCache } from 'lru-cache'
import type { Host } from '../channel.ts'

/** What other replicas learn meanwhile is seen after this time. */
const REMEMBERED_MS = 60_000
const CHATS = 10_000

/**
 * Knows which group a supergroup was before: its conversation goes on under the id the group had. Telegram says it
 * once, so it is noted durably.
 */
export class ChatOrigins {
  readonly #notes: Host['notes']
  readonly #known = new LRUCache<number, number>({ max: CHATS, ttl: REMEMBERED_MS })

  constructor(notes: Host['notes']) {
    this.#notes = notes
  }

  async note(chatId: number, origin: number): Promise<void> {
    await this.#notes.write('telegram', keyOf(chatId), String(origin))
    this.#known.set(chatId, origin)
  }

  /** The id the chat had first; its own when it never changed. */
  async find(chatId: number): Promise<number> {
    if (!isSupergroup(chatId)) return chatId
    const known = this.#known.get(chatId)
    if (known !== undefined) return known
    const origin = Number((await this.#notes.read('telegram', keyOf(chatId))) ?? chatId)
    this.#known.set(chatId, origin)
    return origin
  }
}

function keyOf(chatId: number): string {
  return `origin:${chatId}`
}

/** Source: Bot API, identifiers of supergroups begin with -100. */
function isSupergroup(chatId: number): boolean {
  return chatId < -1_000_000_000_000
}
