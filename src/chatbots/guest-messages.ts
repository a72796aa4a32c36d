import { createHash } from 'node:crypto'
import type { GuestMessage, Guests, GuestStanding } from '../guests.ts'
import type { GuestStore } from '../store/store.ts'

export interface GuestOptions {
  readonly store: GuestStore
  /** So long after the first of them all messages are free again, in milliseconds. */
  readonly windowMs: number
  /** True when there is an answer to the message, or one is being written. */
  readonly isKnown: (messageId: string) => Promise<boolean>
}

const FREE: GuestStanding = { allowed: true, requiresAuthNext: false, giveBack: async () => undefined }

/**
 * Counts in the database, so that all replicas count together and restarts change nothing: by session, and by address,
 * so that a new session does not begin anew.
 */
export class GuestMessages implements Guests {
  readonly #options: GuestOptions

  constructor(options: GuestOptions) {
    this.#options = options
  }

  async admit(message: GuestMessage): Promise<GuestStanding> {
    const { bot, freeMessages, messageId } = message
    const { store, windowMs, isKnown } = this.#options
    if (messageId !== undefined && (await isKnown(messageId.toLowerCase()))) return FREE
    const guests = guestsOf(message)
    const used = await store.count(bot, guests, windowMs)
    return {
      allowed: used <= freeMessages,
      requiresAuthNext: used >= freeMessages,
      giveBack: () => store.giveBack(bot, guests),
    }
  }
}

/** Addresses are kept as hashes: they are counted, not read. */
function guestsOf({ bot, sessionId, address }: GuestMessage): readonly string[] {
  const session = `session:${hash(sessionId)}`
  return address === undefined ? [session] : [session, `address:${hash(`${bot}/${address}`)}`]
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
