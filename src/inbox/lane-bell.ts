import type { ConversationKey } from '../conversation.ts'

/** Tells those who answer a conversation that another message has come to this process. */
export class LaneBell {
  readonly #listeners = new Map<string, () => void>()

  ring(conversation: ConversationKey): void {
    this.#listeners.get(nameOf(conversation))?.()
  }

  /** One listener a conversation, since one worker answers it. Returns what ends the listening. */
  listen(conversation: ConversationKey, listener: () => void): () => void {
    const name = nameOf(conversation)
    this.#listeners.set(name, listener)
    return () => {
      if (this.#listeners.get(name) === listener) this.#listeners.delete(name)
    }
  }
}

function nameOf({ channel, bot, key }: ConversationKey): string {
  return JSON.stringify([channel, bot, key])
}
