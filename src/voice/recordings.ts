import type { Account } from '../answer-claim.ts'
import type { ContentCache } from '../cache/cache.ts'
import { AppError, toAppError } from '../errors.ts'
import type { Recording, RecordingRequest } from '../speech.ts'

export interface RecordingsOptions {
  readonly cache: ContentCache
  /** How long a recording can be fetched, in milliseconds. */
  readonly lifetimeMs: number
  /** How long `begin` waits, in milliseconds. */
  readonly waitMs: number
  /** Makes a recording. */
  readonly make: (request: RecordingRequest, signal: AbortSignal) => Promise<Recording>
}

/** So long a failure is told instead of trying again, in milliseconds. */
const FAILURE_MS = 30_000

/** A recording, made or in the making, and who may fetch it. */
interface Owned<Content> {
  readonly account: Account | undefined
  readonly content: Content
}

/** Recordings that are made in the background and fetched by their ids, on any replica when there is Redis. */
export class Recordings {
  readonly #options: RecordingsOptions
  readonly #running = new Map<string, Owned<Promise<Recording>>>()
  readonly #life = new AbortController()

  constructor(options: RecordingsOptions) {
    this.#options = options
  }

  /** Makes the recording; undefined when that takes longer than people wait. Throws why it failed. */
  async begin(request: RecordingRequest): Promise<Recording | undefined> {
    const making = this.#running.get(request.id)?.content ?? this.#make(request)
    const timeout = Promise.withResolvers<undefined>()
    const timer = setTimeout(() => timeout.resolve(undefined), this.#options.waitMs)
    try {
      return await Promise.race([making, timeout.promise])
    } finally {
      clearTimeout(timer)
    }
  }

  /**
   * The recording, `pending` while it is made here, undefined when nobody knows it or it is another account's than
   * `account`. Throws why it failed.
   */
  async find(id: string, account: Account | null): Promise<Recording | 'pending' | undefined> {
    const kept = await this.#options.cache.get(toKey(id))
    if (kept) return contentFor(account, unpack(kept))
    const making = contentFor(account, this.#running.get(id))
    return making && (await Promise.race([making, Promise.resolve('pending' as const)]))
  }

  /** Gives up what is being made. */
  close(): void {
    this.#life.abort(new AppError('speech_unavailable'))
  }

  #make(request: RecordingRequest): Promise<Recording> {
    const { id, account } = request
    const { cache, lifetimeMs, make } = this.#options
    const forget = (): void => void this.#running.delete(id)
    const making = make(request, this.#life.signal).then(
      async (recording) => {
        await cache.set(toKey(id), pack(recording, account), lifetimeMs)
        forget()
        return recording
      },
      (error: unknown) => {
        setTimeout(forget, FAILURE_MS).unref()
        throw toAppError(error)
      },
    )
    // Whether it failed is asked by who fetches it.
    making.catch(() => undefined)
    this.#running.set(id, { account, content: making })
    return making
  }
}

function contentFor<Content>(
  account: Account | null,
  owned: Owned<Content> | undefined,
): Content | undefined {
  return owned && (owned.account === undefined || owned.account === account) ? owned.content : undefined
}

/** Guide 002's key. */
function toKey(id: string): string {
  return `tts:job:${id}`
}

interface Facts extends Pick<Recording, 'contentType' | 'seconds'> {
  readonly account?: Account
}

/** The facts as a line of JSON, then the bytes. */
function pack({ bytes, contentType, seconds }: Recording, account: Account | undefined): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify({ contentType, seconds, account })}\n`), bytes])
}

function unpack(kept: Uint8Array): Owned<Recording> {
  const bytes = Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength)
  const end = bytes.indexOf('\n')
  const { account, ...facts } = JSON.parse(bytes.toString('utf8', 0, end)) as Facts
  return { account, content: { ...facts, bytes: bytes.subarray(end + 1) } }
}
