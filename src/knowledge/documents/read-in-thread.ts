import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { AppError } from '../../errors.ts'
import type { ReadTask } from './block.ts'
import type { CutPassage } from './cut-document.ts'
import { RefusedDocument } from './refused-document.ts'
import type { ReadReport } from './reader-thread.ts'

export interface ThreadOptions {
  /** In milliseconds. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** Memory of JavaScript objects, and of all else that a document may take while it is read, in megabytes. */
const HEAP_MB = 768
const OUTSIDE_MB = 768
const WATCH_MS = 100

/**
 * Reads a document in a thread of its own, which is ended when it takes too long or too much memory, so that no document
 * holds up or ends the server. Throws what the reading throws, `document_too_slow` and `document_too_large`.
 */
export async function readInThread(
  task: ReadTask,
  { timeoutMs, signal }: ThreadOptions,
): Promise<readonly CutPassage[]> {
  signal.throwIfAborted()
  const worker = new Worker(new URL(`./reader-thread${extname(import.meta.url)}`, import.meta.url), {
    workerData: task,
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, stackSizeMb: 4 },
  })
  const end = Promise.withResolvers<readonly CutPassage[]>()
  const abort = (): void => end.reject(signal.reason as Error)
  const timer = setTimeout(() => end.reject(tooSlow(timeoutMs)), timeoutMs)
  const watch = setInterval(() => void watchMemory(worker, end.reject), WATCH_MS)
  signal.addEventListener('abort', abort, { once: true })
  worker.once('message', (report: ReadReport) => settle(report, end))
  worker.once('error', (error) => end.reject(toThreadError(error)))
  worker.once('exit', () => end.reject(new AppError('document_damaged')))
  try {
    return await end.promise
  } finally {
    clearTimeout(timer)
    clearInterval(watch)
    signal.removeEventListener('abort', abort)
    await worker.terminate()
  }
}

function settle(report: ReadReport, end: PromiseWithResolvers<readonly CutPassage[]>): void {
  if ('passages' in report) end.resolve(report.passages)
  else end.reject(new RefusedDocument(report, new Error(report.reason)))
}

/** The limits of a thread count objects only; what libraries unpack lies outside. */
async function watchMemory(worker: Worker, refuse: (error: AppError) => void): Promise<void> {
  try {
    const { external_memory: outside } = await worker.getHeapStatistics()
    if (outside > OUTSIDE_MB * 1_048_576) refuse(tooMuchMemory())
  } catch {
    // It has just ended.
  }
}

function tooSlow(timeoutMs: number): AppError {
  return new AppError('document_too_slow', { params: { limit: Math.round(timeoutMs / 1_000) } })
}

function toThreadError(error: unknown): AppError {
  const { code } = error as { readonly code?: unknown }
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return tooMuchMemory()
  return new AppError('document_damaged', { cause: error })
}

function tooMuchMemory(): AppError {
  return new AppError('document_too_large', { params: { problem: 'reading it takes too much memory' } })
}
