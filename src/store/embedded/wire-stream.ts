import { Duplex } from 'node:stream'
import { splitBatches, startupLength, startupReply } from './wire-protocol.ts'

/** What a stream needs of the server behind it. */
export interface WireServer {
  /** Waits until the database runs, then numbers the connection: below zero when it is urgent. */
  attach(stream: WireStream): Promise<number>
  execute(connection: number, batch: Uint8Array<ArrayBuffer>): void
  detach(connection: number): void
}

/**
 * The socket that the `pg` driver believes to be talking through: its `stream` option is given one of these per
 * connection. Messages are handed on in whole batches only, because a single session serves all connections.
 */
export class WireStream extends Duplex {
  /** Its statements go before those of other connections. */
  readonly urgent: boolean
  readonly #server: WireServer
  #connection: number | null = null
  #started = false
  #pending: Buffer = Buffer.alloc(0)

  constructor(server: WireServer, { urgent }: { readonly urgent: boolean }) {
    super({ decodeStrings: true })
    this.#server = server
    this.urgent = urgent
  }

  /** Called by the driver; host and port mean nothing here. */
  connect(): this {
    this.#server.attach(this).then(
      (connection) => this.#attached(connection),
      (error: Error) => this.destroy(error),
    )
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  override _read(): void {
    // Replies are pushed as they come.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#receive(chunk)
    done()
  }

  override _writev(chunks: readonly { chunk: Buffer }[], done: () => void): void {
    this.#receive(Buffer.concat(chunks.map(({ chunk }) => chunk)))
    done()
  }

  override _final(done: () => void): void {
    this.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.#connection !== null) this.#server.detach(this.#connection)
    this.#connection = null
    done(error)
  }

  #attached(connection: number): void {
    if (this.destroyed) return this.#server.detach(connection)
    this.#connection = connection
    this.emit('connect')
  }

  #receive(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    if (this.#connection === null || !this.#start(this.#connection)) return
    const { batches, rest, terminated } = splitBatches(this.#pending)
    this.#pending = rest
    for (const batch of batches) this.#server.execute(this.#connection, batch)
    if (terminated) this.destroy()
  }

  #start(connection: number): boolean {
    if (this.#started) return true
    const length = startupLength(this.#pending)
    if (length === 0) return false
    this.#pending = this.#pending.subarray(length)
    this.#started = true
    this.push(startupReply(connection))
    return true
  }
}
