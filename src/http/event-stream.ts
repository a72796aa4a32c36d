import type { OutgoingHttpHeaders } from 'node:http'
import type { FastifyReply } from 'fastify'

/** Unread bytes beyond which a reader has to catch up before it gets more; they are our memory. */
const MAX_UNREAD_BYTES = 256 * 1024
/** How long catching up may take before the reader is cut, for each `MAX_UNREAD_BYTES`. It can resume. */
const CATCH_UP_MS = 5_000
/** How long what can wait does, before the reader is cut: somebody who takes nothing would hold the connection for good. */
const DRAIN_MS = 300_000
/**
 * Proxies close streams that are silent for long; the shortest common limit is 60 s. A stream that said nothing since the
 * last look gets a comment, so that it is silent for twice this long at most.
 */
const LOOK_MS = 7_500

/**
 * Headers of a stream that no proxy may hold back: `X-Accel-Buffering` for nginx, `no-transform` against
 * compression that buffers.
 */
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  connection: 'keep-alive',
} as const

/**
 * One server-sent event stream on the raw response, where frames cost what bare `node:http` does. Frames leave when
 * the event loop has read what lay ready on all sockets: many streams' writes in a row cost less than reading and
 * writing by turns.
 */
export class EventStream {
  readonly #response: FastifyReply['raw']
  readonly #heartbeat: NodeJS.Timeout
  #quiet = true
  #unsent = ''
  #flushing: NodeJS.Immediate | undefined

  /** Takes the reply over and sends the headers, with those that hooks have set (CORS, request id,
   * `Connection: close` while the server drains). */
  constructor(reply: FastifyReply) {
    reply.hijack()
    this.#response = reply.raw
    const fromHooks = reply.getHeaders() as OutgoingHttpHeaders
    this.#response.writeHead(200, { ...HEADERS, ...fromHooks })
    this.#heartbeat = setInterval(() => this.#beat(), LOOK_MS).unref()
    this.#response.once('close', () => clearInterval(this.#heartbeat))
  }

  /** False when the reader has left or was cut. */
  get open(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded
  }

  /** Sends whole frames. False when the reader has so much unread that `caughtUp` has to be awaited first. */
  send(frames: string): boolean {
    if (!this.open) return true
    this.#quiet = false
    this.#unsent += frames
    this.#flushing ??= setImmediate(() => this.#flush())
    return this.#response.writableLength + this.#unsent.length <= MAX_UNREAD_BYTES
  }

  /** Resolves when the reader has taken everything, or has been cut for not doing so. */
  async caughtUp(): Promise<void> {
    this.#flush()
    // Audio is large by itself; whoever takes it slowly is no slower a reader.
    const shares = Math.max(1, Math.round(this.#response.writableLength / MAX_UNREAD_BYTES))
    await this.#takenWithin(CATCH_UP_MS * shares)
  }

  /** As `caughtUp`, for what can wait: the reader is cut after five minutes alone. */
  async drained(): Promise<void> {
    this.#flush()
    await this.#takenWithin(DRAIN_MS)
  }

  /** Ends the stream, with the last frames in the same write. Who takes nothing of what is left is cut, as by `drained`. */
  end(frames = ''): void {
    clearInterval(this.#heartbeat)
    if (!this.open) return
    this.#response.end(this.#takeUnsent() + frames)
    if (this.#response.writableLength > 0) this.#response.setTimeout(DRAIN_MS, () => this.#response.destroy())
  }

  /** Resolves when the reader has taken everything or has left; cuts it when that takes longer, in milliseconds. */
  async #takenWithin(longest: number): Promise<void> {
    if (!this.open || !this.#response.writableNeedDrain) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const cut = setTimeout(() => this.#response.destroy(), longest)
    this.#response.once('drain', resolve).once('close', resolve)
    await promise
    clearTimeout(cut)
    this.#response.off('drain', resolve).off('close', resolve)
  }

  #flush(): void {
    const frames = this.#takeUnsent()
    if (frames !== '' && this.open) this.#response.write(frames)
  }

  #takeUnsent(): string {
    clearImmediate(this.#flushing)
    this.#flushing = undefined
    const frames = this.#unsent
    this.#unsent = ''
    return frames
  }

  #beat(): void {
    if (this.#quiet) this.send(`:heartbeat ${Date.now()}\n\n`)
    this.#quiet = true
  }
}

/** Aborts when the connection of a request is gone before its reply was sent, whoever closed it. */
export function whenLeft({ raw }: FastifyReply): AbortSignal {
  const left = new AbortController()
  if (raw.destroyed) left.abort()
  // Every connection closes; an answer that was sent whole has nobody who would have to be told.
  else raw.once('close', () => raw.writableFinished || left.abort())
  return left.signal
}

/** One frame: `data` is JSON text, so it holds no line break. */
export function toFrame({
  id,
  event,
  data,
}: {
  readonly id?: string
  readonly event?: string
  readonly data: string
}): string {
  return `${id ? `id: ${id}\n` : ''}${event ? `event: ${event}\n` : ''}data: ${data}\n\n`
}
