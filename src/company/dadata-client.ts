import type { Pool } from 'undici'
import { AppError } from '../errors.ts'
import { toRefusal } from './dadata-failure.ts'

export interface DaDataOptions {
  readonly apiKey: string
  /** Sent when given; lookups work without. */
  readonly secretKey?: string
  /** Default: `https://suggestions.dadata.ru`. */
  readonly baseUrl: string
  /** For one call from begin to end, in milliseconds. */
  readonly timeoutMs: number
}

/** The two lookups of DaData that are used. */
export type DaDataService = 'findById/party' | 'findAffiliated/party'

const PATH = '/suggestions/api/4_1/rs/'
/** DaData allows 60 new connections in a minute, so a few are kept open. Source: dadata.ru/api/find-party. */
const CONNECTIONS = 4
/** A reply about one company is some kilobytes; an affiliated list of 300 may have two megabytes. */
const MOST_BYTES = 4 * 1024 * 1024

/** Calls of DaData, each made once: a lookup may be paid for, so what failed is the caller's to repeat. */
export class DaDataClient {
  readonly #options: DaDataOptions
  readonly #origin: string
  readonly #base: string
  #pool: Promise<Pool> | undefined

  constructor(options: DaDataOptions) {
    this.#options = options
    const { origin, pathname } = new URL(options.baseUrl)
    this.#base = pathname.replace(/\/$/, '')
    this.#origin = origin
  }

  /** The body as JSON. Throws `company_*`. */
  async call(service: DaDataService, body: object): Promise<unknown> {
    const { apiKey, secretKey, timeoutMs } = this.#options
    const secrets = [apiKey, secretKey ?? '']
    const { status, text } = await this.#send(
      `${this.#base}${PATH}${service}`,
      JSON.stringify(body),
      timeoutMs,
    )
    if (status !== 200) throw toRefusal(status, text, secrets)
    try {
      return JSON.parse(text) as unknown
    } catch {
      throw unavailable('DaData did not answer with JSON')
    }
  }

  async close(): Promise<void> {
    await (await this.#pool)?.destroy()
  }

  async #send(
    path: string,
    body: string,
    timeoutMs: number,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const pool = await (this.#pool ??= this.#openPool())
      const { statusCode, body: reply } = await pool.request({
        path,
        method: 'POST',
        headers: this.#headers(),
        body,
        signal,
      })
      const pieces: Buffer[] = []
      let size = 0
      for await (const piece of reply as AsyncIterable<Buffer>) {
        size += piece.length
        if (size > MOST_BYTES) throw new Error(`the reply is larger than ${MOST_BYTES} bytes`)
        pieces.push(piece)
      }
      return { status: statusCode, text: Buffer.concat(pieces).toString() }
    } catch (error) {
      throw signal.aborted
        ? unavailable(`DaData took longer than ${timeoutMs} ms`)
        : unavailable(reasonOf(error))
    }
  }

  async #openPool(): Promise<Pool> {
    const { Pool } = await import('undici')
    return new Pool(this.#origin, {
      connections: CONNECTIONS,
      keepAliveTimeout: 60_000,
      connect: { timeout: Math.min(5_000, this.#options.timeoutMs) },
    })
  }

  #headers(): Record<string, string> {
    const { apiKey, secretKey } = this.#options
    return {
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Token ${apiKey}`,
      ...(secretKey && { 'x-secret': secretKey }),
    }
  }
}

export function unavailable(reason: string): AppError {
  return new AppError('company_unavailable', { cause: new Error(reason) })
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
  return `DaData could not be reached${code}: ${error instanceof Error ? error.message : String(error)}`
}
