import { parentPort, workerData } from 'node:worker_threads'
import { AppError, type ErrorCode } from '../../errors.ts'
import type { ReadTask } from './block.ts'
import { cutDocument, type CutPassage } from './cut-document.ts'
import { readDocument } from './read-document.ts'

/** What the thread says when it is done. */
export type ReadReport =
  | { readonly passages: readonly CutPassage[] }
  | { readonly code: ErrorCode; readonly message: string; readonly reason: string }

/** The main of a thread that reads one document and cuts it into sections and pieces. */
async function run(): Promise<ReadReport> {
  try {
    return { passages: cutDocument(await readDocument(workerData as ReadTask)) }
  } catch (thrown) {
    // Whatever a library stumbles over is the fault of the document.
    const error = thrown instanceof AppError ? thrown : new AppError('document_damaged', { cause: thrown })
    const { cause } = error
    return { code: error.code, message: error.message, reason: cause instanceof Error ? cause.message : '' }
  }
}

const report = await run()
parentPort?.postMessage(report, [])
