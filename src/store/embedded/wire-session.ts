import { queryMessage, readReply } from './wire-protocol.ts'

export interface WireSessionOptions {
  /** Runs one batch of messages and returns the whole reply. */
  readonly execute: (batch: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>
  /** Hands a reply to a connection. */
  readonly reply: (connection: number, bytes: Uint8Array<ArrayBuffer>) => void
  /** Tells that a connection was cut off because it left its transaction idle. */
  readonly drop: (connection: number) => void
  /** Submits what has come while the last batch ran; batches hold the thread, so that nothing comes by itself. */
  readonly takeIn: () => void
  /** How long a transaction may wait for its client's next statement, in milliseconds. */
  readonly idleTransactionMs: number
}

interface Batch {
  readonly connection: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Batches of the session itself; no client has this number. */
const NOBODY = 0

function isUrgent({ connection }: Batch): boolean {
  return connection < 0
}

/**
 * Shares the one session of an embedded database among many connections: batches run one after another, and a
 * connection that has opened a transaction is the only one served until the transaction ends. Those with a number below
 * zero go before the others.
 */
export class WireSession {
  readonly #options: WireSessionOptions
  #waiting: Batch[] = []
  readonly #listening = new Set<number>()
  #inTransaction: number | null = null
  #idleTimer: NodeJS.Timeout | undefined
  #busy = false

  constructor(options: WireSessionOptions) {
    this.#options = options
  }

  submit(connection: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#waiting.push({ connection, bytes })
    return this.#drain()
  }

  /** Forgets a connection: what it had queued, its open transaction, its LISTEN. */
  disconnect(connection: number): Promise<void> {
    this.#waiting = this.#waiting.filter((batch) => batch.connection !== connection)
    if (this.#inTransaction === connection) {
      clearTimeout(this.#idleTimer)
      this.#inTransaction = NOBODY
      this.#waiting.unshift({ connection: NOBODY, bytes: queryMessage('ROLLBACK') })
    }
    if (this.#listening.delete(connection) && this.#listening.size === 0) {
      this.#waiting.push({ connection: NOBODY, bytes: queryMessage('UNLISTEN *') })
    }
    return this.#drain()
  }

  async #drain(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    try {
      for (let batch = this.#next(); batch !== undefined; batch = this.#next()) await this.#run(batch)
    } finally {
      this.#busy = false
    }
  }

  #next(): Batch | undefined {
    this.#options.takeIn()
    const index =
      this.#inTransaction === null
        ? Math.max(0, this.#waiting.findIndex(isUrgent))
        : this.#waiting.findIndex(({ connection }) => connection === this.#inTransaction)
    return index === -1 ? undefined : this.#waiting.splice(index, 1)[0]
  }

  async #run({ connection, bytes }: Batch): Promise<void> {
    clearTimeout(this.#idleTimer)
    const reply = readReply(await this.#options.execute(bytes))
    if (reply.listens) this.#listening.add(connection)
    if (reply.notifications !== null) {
      // A copy each: the buffer leaves this thread.
      for (const listener of this.#listening) this.#options.reply(listener, reply.notifications.slice())
    }
    this.#inTransaction = reply.inTransaction ? connection : null
    if (reply.inTransaction) this.#watchIdle(connection)
    if (connection !== NOBODY) this.#options.reply(connection, reply.bytes)
  }

  #watchIdle(connection: number): void {
    this.#idleTimer = setTimeout(() => {
      this.#options.drop(connection)
      void this.disconnect(connection)
    }, this.#options.idleTransactionMs)
  }
}
