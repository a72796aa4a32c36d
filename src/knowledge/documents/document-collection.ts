import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../../errors.ts'
import { fetchGuarded } from '../../fetch-guarded.ts'
import type { Jobs } from '../../jobs/job.ts'
import type {
  AddedDocument,
  CollectionKey,
  CollectionStats,
  DocumentCollection,
  DocumentInfo,
  DocumentProgress,
  NewDocument,
} from '../library.ts'
import { cleanLine, cleanName } from './clean-text.ts'
import { detectType } from './detect-type.ts'
import { purgeRemoved, putIngest, type IngestOptions } from './ingest-jobs.ts'

export interface CollectionOptions extends IngestOptions {
  readonly jobs: () => Jobs
  readonly limits: DocumentLimits
  /** Hosts in networks of our own that documents may be fetched from. */
  readonly ownHosts: readonly string[]
}

export interface DocumentLimits {
  /** Of one document. */
  readonly documentBytes: number
  /** Of one collection. */
  readonly documents: number
  readonly collectionBytes: number
}

const FETCH_TIMEOUT_MS = 30_000
const FOLLOW_MS = 200
const LONGEST_ADDRESS_NAME = 200

/** The documents of one owner, in the store. */
export class StoredCollection implements DocumentCollection {
  readonly #key: CollectionKey
  readonly #options: CollectionOptions

  constructor(key: CollectionKey, options: CollectionOptions) {
    this.#key = key
    this.#options = options
  }

  async add(document: NewDocument): Promise<AddedDocument> {
    return await this.#take(document, cleanName(document.name, document))
  }

  async addUrl(address: string, { signal }: { readonly signal: AbortSignal }): Promise<AddedDocument> {
    const { limits, ownHosts } = this.#options
    const { bytes, url, contentType } = await fetchGuarded(address, {
      ownHosts,
      maxBytes: limits.documentBytes,
      timeoutMs: FETCH_TIMEOUT_MS,
      signal,
    })
    const document = { name: address, bytes, url, ...(contentType !== undefined && { contentType }) }
    return await this.#take(document, nameOfAddress(address))
  }

  async #take({ bytes, contentType, url, name: given }: NewDocument, name: string): Promise<AddedDocument> {
    const { store, limits, jobs } = this.#options
    if (bytes.byteLength === 0) throw new AppError('document_empty')
    if (bytes.byteLength > limits.documentBytes) throw tooLarge(bytes.byteLength, limits.documentBytes)
    const hints = { name: given, ...(contentType !== undefined && { contentType }) }
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const type = detectType(bytes, hints)
    const added = await store.add(
      this.#key,
      { name, type, url: url ?? null, sha256, bytes },
      { documents: limits.documents, bytes: limits.collectionBytes },
    )
    if (added.outcome === 'too-many') throw full(`there are ${limits.documents} already`)
    if (added.outcome === 'too-big')
      throw full(`all together may have ${describeSize(limits.collectionBytes)}`)
    if (added.outcome !== 'unchanged') await putIngest(jobs(), this.#key, added.document.id)
    return { outcome: added.outcome, document: added.document }
  }

  async list(): Promise<readonly DocumentInfo[]> {
    return await this.#options.store.list(this.#key)
  }

  async get(nameOrId: string): Promise<DocumentInfo | undefined> {
    return await this.#options.store.find(this.#key, nameOrId)
  }

  async delete(nameOrId: string): Promise<boolean> {
    const removed = await this.#options.store.remove(this.#key, nameOrId)
    if (removed) await purgeRemoved(this.#options, this.#key)
    return removed
  }

  async clear(): Promise<number> {
    const removed = await this.#options.store.clear(this.#key)
    await purgeRemoved(this.#options, this.#key)
    return removed
  }

  async textOf(nameOrId: string, { maxCharacters }: { readonly maxCharacters: number }): Promise<string> {
    const text = await this.#options.store.textOf(this.#key, nameOrId, maxCharacters)
    if (text === undefined) throw new AppError('document_not_found')
    return text
  }

  async stats(): Promise<CollectionStats> {
    return await this.#options.store.stats(this.#key)
  }

  async *follow(
    id: string,
    { signal }: { readonly signal: AbortSignal },
  ): AsyncGenerator<DocumentProgress, void> {
    let told = ''
    while (!signal.aborted) {
      // Whichever replica works on it, the row says how far it is.
      const { status, progress, error } = (await this.get(id)) ?? GONE
      const now = `${status} ${progress}`
      if (now !== told) yield { status, progress, error }
      if (status === 'ready' || status === 'failed') return
      told = now
      await delay(FOLLOW_MS, undefined, { signal }).catch(() => undefined)
    }
  }
}

/** Somebody has deleted it, or replaced it by a newer version, before it was ready. */
const GONE: DocumentProgress = {
  status: 'failed',
  progress: 0,
  error: { code: 'document_not_found', message: new AppError('document_not_found').message },
}

/** A page is called by its address, without the scheme and what stands behind `#`. */
function nameOfAddress(address: string): string {
  const { host, pathname, search } = new URL(address)
  return cleanLine(`${host}${pathname === '/' ? '' : pathname}${search}`).slice(0, LONGEST_ADDRESS_NAME)
}

function tooLarge(size: number, limit: number): AppError {
  const problem = `it has ${describeSize(size)}, ${describeSize(limit)} are allowed`
  return new AppError('document_too_large', { params: { problem } })
}

function full(problem: string): AppError {
  return new AppError('collection_full', { params: { problem } })
}

function describeSize(bytes: number): string {
  return bytes < 1_048_576 ? `${Math.ceil(bytes / 1_024)} KB` : `${Math.round(bytes / 104_857.6) / 10} MB`
}
