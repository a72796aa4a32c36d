import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { WorkerReport, WorkerRequest, WorkerSettings } from './pglite-worker.ts'
import { WireStream } from './wire-stream.ts'
import type { WireServer } from './wire-stream.ts'

export interface EmbeddedServerOptions {
  /** The database's own folder, prepared and locked. */
  readonly folder: string
  /** A statement that runs longer costs the thread its life: PGlite knows no timeout and no cancel. */
  readonly queryTimeoutMs: number
  readonly onWarning: (message: string, error?: unknown) => void
}

/** A thread that has not closed the database by then is ended as it is, which loses nothing that was committed. */
const CLOSE_LIMIT_MS = 10_000

/**
 * The embedded database in its worker thread, and the far end of every `WireStream`. When the thread dies, or is
 * ended because a statement ran too long, all connections break and the database is opened again.
 */
export class EmbeddedServer implements WireServer {
  readonly #options: EmbeddedServerOptions
  readonly #streams = new Map<number, WireStream>()
  readonly #activity = new Int32Array(new SharedArrayBuffer(4))
  #worker: Worker | null = null
  #opening: Promise<void> | null = null
  #connections = 0
  #closed = false
  #watchdog: NodeJS.Timeout | undefined
  #statementLimitMs: number

  constructor(options: EmbeddedServerOptions) {
    this.#options = options
    this.#statementLimitMs = options.queryTimeoutMs
  }

  async start(): Promise<void> {
    await this.#open()
    this.#watch()
  }

  /** What the driver's `stream` option asks for. */
  createStream(options: { readonly urgent: boolean }): WireStream {
    return new WireStream(this, options)
  }

  async attach(stream: WireStream): Promise<number> {
    await this.#open()
    this.#connections += 1
    const connection = stream.urgent ? -this.#connections : this.#connections
    this.#streams.set(connection, stream)
    return connection
  }

  execute(connection: number, batch: Uint8Array<ArrayBuffer>): void {
    this.#send({ type: 'execute', connection, batch }, [batch.buffer])
  }

  detach(connection: number): void {
    if (this.#streams.delete(connection)) this.#send({ type: 'disconnect', connection })
  }

  /** Lets statements run for `limitMs` while `work` runs: maintenance takes as long as the tables are big. */
  async withStatementLimit<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
    this.#statementLimitMs = limitMs
    try {
      return await work()
    } finally {
      this.#statementLimitMs = this.#options.queryTimeoutMs
    }
  }

  /** Breaks all connections and refuses new ones; nothing more is written. */
  async abandon(reason: string): Promise<void> {
    const worker = await this.#takeWorker()
    this.#breakStreams(new Error(reason))
    await worker?.terminate()
  }

  async close(): Promise<void> {
    const worker = await this.#takeWorker()
    if (worker === null) return
    const ended = new Promise<void>((resolve) => void worker.once('exit', () => resolve()))
    worker.postMessage({ type: 'close' } satisfies WorkerRequest, [])
    const giveUp = setTimeout(() => void worker.terminate(), CLOSE_LIMIT_MS)
    await ended
    clearTimeout(giveUp)
    this.#breakStreams(new Error('The embedded database is closed'))
  }

  /** Ends the life of the server; the thread, if there is one, is the caller's now. */
  async #takeWorker(): Promise<Worker | null> {
    this.#closed = true
    clearInterval(this.#watchdog)
    await this.#opening?.catch(() => undefined)
    const worker = this.#worker
    this.#worker = null
    return worker
  }

  #open(): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('The embedded database is closed'))
    this.#opening ??= this.#spawn().catch((error: unknown) => {
      this.#opening = null
      throw error
    })
    return this.#opening
  }

  async #spawn(): Promise<void> {
    const settings: WorkerSettings = {
      folder: this.#options.folder,
      idleTransactionMs: this.#options.queryTimeoutMs,
      activity: this.#activity.buffer,
    }
    Atomics.store(this.#activity, 0, 0)
    const worker = new Worker(workerFile(), { name: 'database', workerData: settings, execArgv: [] })
    await untilReady(worker)
    worker.on('message', (report: WorkerReport) => this.#onReport(report))
    worker.on('error', (error) => this.#restart(worker, 'The embedded database failed', error))
    worker.on('exit', () => this.#restart(worker, 'The embedded database stopped'))
    this.#worker = worker
  }

  #onReport(report: WorkerReport): void {
    if (report.type === 'reply') this.#streams.get(report.connection)?.push(report.bytes)
    else if (report.type === 'drop') this.#drop(report.connection)
  }

  #drop(connection: number): void {
    const stream = this.#streams.get(connection)
    this.#streams.delete(connection)
    stream?.destroy(new Error('The connection left its transaction idle for too long'))
  }

  #send(request: WorkerRequest, transfer: ArrayBuffer[] = []): void {
    this.#worker?.postMessage(request, transfer)
  }

  #restart(worker: Worker, message: string, cause?: unknown): void {
    if (this.#worker !== worker) return
    this.#worker = null
    this.#opening = worker.terminate().then(() => (this.#closed ? undefined : this.#spawn()))
    this.#opening.catch((error: unknown) => {
      this.#opening = null
      this.#options.onWarning('The embedded database could not be opened again', error)
    })
    this.#breakStreams(new Error(message, { cause }))
    this.#options.onWarning(`${message}; opening it again`, cause)
  }

  #breakStreams(error: Error): void {
    const streams = [...this.#streams.values()]
    this.#streams.clear()
    for (const stream of streams) stream.destroy(error)
  }

  #watch(): void {
    let seen = 0
    let since = performance.now()
    const check = (): void => {
      const current = Atomics.load(this.#activity, 0)
      if (current !== seen || current % 2 === 0) {
        seen = current
        since = performance.now()
      } else if (this.#worker !== null && performance.now() - since > this.#statementLimitMs) {
        this.#restart(this.#worker, `A statement ran longer than ${this.#statementLimitMs} ms and was ended`)
      }
    }
    this.#watchdog = setInterval(
      check,
      Math.min(1000, Math.max(20, this.#options.queryTimeoutMs / 10)),
    ).unref()
  }
}

/** The thread's file: a neighbour with the same ending, in the sources and in the build. */
function workerFile(): URL {
  return new URL(`./pglite-worker${extname(import.meta.url)}`, import.meta.url)
}

/** Resolves when the database in the thread can be used; otherwise ends the thread and rejects. */
async function untilReady(worker: Worker): Promise<void> {
  const waiting = new AbortController()
  const options = { signal: waiting.signal }
  try {
    const report = await Promise.race([
      // Rejects by itself on 'error'.
      once(worker, 'message', options).then(([message]) => message as WorkerReport),
      once(worker, 'exit', options).then(([code]) => ({
        type: 'failed' as const,
        reason: `exit code ${code}`,
      })),
    ])
    if (report.type === 'failed') throw new Error(`The embedded database did not start: ${report.reason}`)
  } catch (error) {
    // Later errors of a thread that is given up have nobody left to care.
    worker.on('error', () => undefined)
    await worker.terminate()
    throw error
  } finally {
    waiting.abort()
  }
}
