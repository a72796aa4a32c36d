import { AppError, toAppError } from '../../errors.ts'
import { createJob, type Job, type JobContext, type Jobs } from '../../jobs/job.ts'
import type { DocumentStore, DocumentWork, NewPassage } from '../../store/store.ts'
import type { CollectionKey, Indexer } from '../library.ts'
import { READ_LIMITS } from './block.ts'
import type { CutPassage } from './cut-document.ts'
import { readInThread } from './read-in-thread.ts'

export interface IngestOptions {
  readonly store: DocumentStore
  /** How long reading one document may take, in milliseconds. */
  readonly timeoutMs: number
  /** Default: pieces are found by their words alone. */
  readonly indexer?: Indexer
}

const INGEST = 'botyard-ingest'
const MINUTE_MS = 60_000
/** Vectors of a very large document from a slow server take hours; each call for them has its own limit. */
const INGEST_LIMIT_MS = 6 * 60 * MINUTE_MS
/** Documents that were begun so often, and never ended, end the process that reads them. */
const MOST_ATTEMPTS = 8
/**
 * Pieces that are stored at once: tenths of a second of work for a database, since the embedded one serves nobody else
 * meanwhile, and ends a statement that takes seconds.
 */
const BATCH = 100
const INDEX_BATCH = 128

/** How much of the work is behind when a document is read, and when its pieces are stored. */
const READ = 0.4
const STORED = 0.6

/** Has a document taken in; documents of one collection come one after another. */
export async function putIngest(jobs: Jobs, key: CollectionKey, documentId: string): Promise<void> {
  await jobs.put({
    job: INGEST,
    key: `${key.bot}/${key.owner}`,
    payload: { ...key, documentId },
    // With its owner: an attempt for the one before it may still hold its place.
    dedupe: `${documentId}/${key.owner}`,
  })
}

/** The jobs that take documents in, begin anew what was lost, and delete what was removed. */
export function createIngestJobs(options: IngestOptions): readonly Job[] {
  return [
    createJob({ name: INGEST, timeoutMs: INGEST_LIMIT_MS, run: (context) => ingest(options, context) }),
    createJob({
      name: 'botyard-documents',
      schedule: '* * * * *',
      run: (context) => sweep(options, context),
    }),
  ]
}

/** Deletes the removed documents of a collection, from the indexes first. */
export async function purgeRemoved({ store, indexer }: IngestOptions, key: CollectionKey): Promise<void> {
  for (const id of await store.removed(key)) {
    await indexer?.remove(id)
    await store.purge(id)
  }
}

/** A process may have died between storing a document and putting its job. */
async function sweep({ store, indexer }: IngestOptions, { jobs }: JobContext): Promise<void> {
  for (const { id, removed, bot, owner } of await store.unfinished(MINUTE_MS)) {
    if (!removed) await putIngest(jobs, { bot, owner }, id)
    else {
      await indexer?.remove(id)
      await store.purge(id)
    }
  }
}

async function ingest(options: IngestOptions, { payload, lastAttempt, signal }: JobContext): Promise<void> {
  const { store } = options
  const { documentId = '' } = payload as { readonly documentId?: string }
  const work = await store.begin(documentId)
  if (!work) return
  try {
    if (work.attempt > MOST_ATTEMPTS) throw new AppError('document_damaged')
    const total = work.read ? work.chunks : await read(options, work, signal)
    await index(options, { work, total, signal })
    if (!(await store.publish(work))) return
  } catch (thrown) {
    signal.throwIfAborted()
    if (thrown instanceof Overtaken) return
    const { code, message, retryable } = toAppError(thrown)
    const hopeless = thrown instanceof AppError && !retryable
    if (hopeless || lastAttempt) await store.fail(work, { code, message })
    // What is wrong with a document is told to whoever gave it; all else is for the log, too.
    if (!hopeless) throw thrown
  }
  await purgeRemoved(options, work)
}

/** Another attempt has begun, or somebody has removed the document. */
class Overtaken extends Error {}

function requireOurs(ours: boolean): void {
  if (!ours) throw new Overtaken()
}

/** Resolves with how many pieces there are. */
async function read(
  { store, timeoutMs }: IngestOptions,
  work: DocumentWork,
  signal: AbortSignal,
): Promise<number> {
  requireOurs(await store.restart(work))
  const bytes = await store.content(work.id)
  const cut = await readInThread({ type: work.type, bytes, limits: READ_LIMITS }, { timeoutMs, signal })
  let chunks = 0
  const passages = cut.map((passage, position) => {
    const numbered = toNewPassage(passage, { position, firstChunk: chunks })
    chunks += numbered.chunks.length
    return numbered
  })
  let stored = 0
  for (const batch of toBatches(passages)) {
    signal.throwIfAborted()
    requireOurs(await store.addPassages(work, batch))
    stored += batch.length
    const progress = READ + (STORED - READ) * (stored / passages.length)
    requireOurs(await store.setProgress(work, 'reading', progress))
  }
  requireOurs(await store.setProgress(work, 'indexing', STORED))
  return chunks
}

function toNewPassage(
  { chunks, ...passage }: CutPassage,
  { position, firstChunk }: { readonly position: number; readonly firstChunk: number },
): NewPassage {
  return {
    ...passage,
    position,
    chunks: chunks.map((chunk, index) => ({ ...chunk, position: firstChunk + index })),
  }
}

function toBatches(passages: readonly NewPassage[]): readonly (readonly NewPassage[])[] {
  const batches: NewPassage[][] = []
  let size = BATCH
  for (const passage of passages) {
    if (size >= BATCH) {
      batches.push([])
      size = 0
    }
    batches.at(-1)?.push(passage)
    size += passage.chunks.length
  }
  return batches
}

interface Indexing {
  readonly work: DocumentWork
  readonly total: number
  readonly signal: AbortSignal
}

async function index({ store, indexer }: IngestOptions, { work, total, signal }: Indexing): Promise<void> {
  if (!indexer) return
  for (let position = work.read ? work.indexed : 0; position < total; position += INDEX_BATCH) {
    signal.throwIfAborted()
    await indexer.add(await store.chunks(work.id, { position, limit: INDEX_BATCH }), { signal })
    const done = Math.min(total, position + INDEX_BATCH)
    requireOurs(await store.markIndexed(work, done, STORED + (1 - STORED) * (done / total)))
  }
}
