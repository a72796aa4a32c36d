import { AppError } from '../../errors.ts'
import type { EmbedOptions, Embedder } from './embedder.ts'
import { toUnitVector } from './unit-vector.ts'
import { postJson, RefusedCall, RetryBudget, type JsonServer } from './post-json.ts'

/** How a server of embeddings is spoken to: everything that differs between them. */
export interface EmbedProtocol {
  /** Appended to the base URL. */
  readonly path: string
  /** Texts the server takes in one call. A server that takes fewer and says so is asked in smaller parts. */
  readonly mostTexts: number
  readonly toBody: (texts: readonly string[], purpose: EmbedOptions['purpose']) => object
  /** The vectors in the order of the texts; what is missing or is no vector is undefined. */
  readonly toVectors: (reply: unknown) => readonly (Float32Array | undefined)[]
}

export interface HttpServerOptions {
  readonly baseUrl: string
  /** Sent as a bearer token when given. */
  readonly apiKey?: string
  /** For one call with all its attempts, in milliseconds. Default 120,000. */
  readonly timeoutMs?: number
}

/** Calls to one server at the same time. */
const MOST_CALLS = 4

/** What servers say of too many texts: TEI, ml-api, OpenAI, Cohere. */
const TOO_MANY = /batch|too many|at most|maximum|max[: ]/i

/** An embedder over HTTP: in parts the server takes, a few calls at a time, each vector checked. */
export function createHttpEmbedder(
  id: string,
  protocol: EmbedProtocol,
  options: HttpServerOptions,
): Embedder {
  const caller = new BatchCaller(protocol, toServer(options))
  return { id, lexical: false, embed: (texts, embedOptions) => caller.embed(texts, embedOptions) }
}

/** The server as calls see it. */
export function toServer({ baseUrl, apiKey, timeoutMs = 120_000 }: HttpServerOptions): JsonServer {
  return {
    baseUrl: baseUrl.replace(/\/+$/, ''),
    headers: apiKey ? { authorization: `Bearer ${apiKey}` } : {},
    timeoutMs,
    secrets: apiKey ? [apiKey] : [],
    retries: new RetryBudget(),
  }
}

class BatchCaller {
  readonly #protocol: EmbedProtocol
  readonly #server: JsonServer
  #mostTexts: number
  #dimensions: number | undefined
  #running = 0
  readonly #waiting: (() => void)[] = []

  constructor(protocol: EmbedProtocol, server: JsonServer) {
    this.#protocol = protocol
    this.#server = server
    this.#mostTexts = protocol.mostTexts
  }

  async embed(texts: readonly string[], options: EmbedOptions): Promise<readonly Float32Array[]> {
    const size = this.#mostTexts
    const parts = Array.from({ length: Math.ceil(texts.length / size) }, (_, part) =>
      texts.slice(part * size, (part + 1) * size),
    )
    return (await Promise.all(parts.map((part) => this.#inTurn(part, options)))).flat()
  }

  async #inTurn(texts: readonly string[], options: EmbedOptions): Promise<readonly Float32Array[]> {
    if (this.#running >= MOST_CALLS) await new Promise<void>((resolve) => void this.#waiting.push(resolve))
    else this.#running++
    try {
      options.signal.throwIfAborted()
      return await this.#call(texts, options)
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }

  async #call(texts: readonly string[], options: EmbedOptions): Promise<readonly Float32Array[]> {
    const { path, toBody, toVectors } = this.#protocol
    try {
      const body = toBody(texts, options.purpose)
      const reply = await postJson(this.#server, { path, body, signal: options.signal })
      return this.#check(toVectors(reply), texts.length)
    } catch (thrown) {
      if (!(thrown instanceof RefusedCall)) throw thrown
      if (texts.length === 1 || !TOO_MANY.test(thrown.reason))
        throw new AppError('embeddings_rejected', { cause: thrown })
      const half = Math.ceil(texts.length / 2)
      this.#mostTexts = Math.min(this.#mostTexts, half)
      const first = await this.#call(texts.slice(0, half), options)
      return [...first, ...(await this.#call(texts.slice(half), options))]
    }
  }

  #check(vectors: readonly (Float32Array | undefined)[], count: number): readonly Float32Array[] {
    const whole = vectors.filter((vector) => vector !== undefined)
    this.#dimensions ??= whole[0]?.length
    const fits = whole.every(
      (vector) => vector.length > 0 && vector.length === this.#dimensions && vector.every(Number.isFinite),
    )
    if (fits && whole.length === count) return whole.map(toUnitVector)
    const cause = new Error(
      `expected ${count} vectors of ${this.#dimensions} numbers, got ${whole.length} of ${[...new Set(whole.map(({ length }) => length))].join(', ')}`,
    )
    throw new AppError('embeddings_rejected', { cause })
  }
}
