import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ThreadReply } from './serve-thread.ts'

/** A thread that does one task after the other. It is started when it is needed, and again when it has died. */
export class ThreadCalls<Task> {
  readonly #file: string
  readonly #workerData: unknown
  readonly #waiting = new Map<number, PromiseWithResolvers<Uint8Array>>()
  #worker: Worker | undefined
  #last = 0

  /** `file`: the main of the thread, without its ending, as seen from this folder. */
  constructor(file: string, workerData?: unknown) {
    this.#file = file
    this.#workerData = workerData
  }

  start(): Worker {
    if (this.#worker) return this.#worker
    const main = new URL(`${this.#file}${extname(import.meta.url)}`, import.meta.url)
    const worker = new Worker(main, { workerData: this.#workerData, execArgv: [] })
    worker.on('message', (reply: ThreadReply) => this.#settle(reply))
    worker.on('error', (error) => this.#lose(worker, error))
    worker.on('exit', () => this.#lose(worker, new Error('the thread ended')))
    worker.unref()
    this.#worker = worker
    return worker
  }

  /** Rejects with what the task threw, or because the thread died. */
  async call(task: Task, signal: AbortSignal): Promise<Uint8Array> {
    signal.throwIfAborted()
    const id = ++this.#last
    const reply = Promise.withResolvers<Uint8Array>()
    const abort = (): void => reply.reject(signal.reason as Error)
    this.#waiting.set(id, reply)
    signal.addEventListener('abort', abort, { once: true })
    try {
      this.start().postMessage({ id, task }, [])
      return await reply.promise
    } finally {
      this.#waiting.delete(id)
      signal.removeEventListener('abort', abort)
    }
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #settle(reply: ThreadReply): void {
    const waiting = this.#waiting.get(reply.id)
    if ('bytes' in reply) waiting?.resolve(reply.bytes)
    else waiting?.reject(new Error(reply.problem))
  }

  #lose(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    for (const waiting of this.#waiting.values()) waiting.reject(error)
  }
}
