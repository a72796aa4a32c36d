import type { ErrorReports } from '../observe/error-reports.ts'
import { workFields } from '../tracing.ts'

/**
 * Reports what nobody caught, also of promises, before the process ends by it. Node.js then prints the error and leaves
 * with code 1, as it would without. Returns what stops it.
 */
export function reportCrashes(reports: ErrorReports): () => void {
  let ending = false
  const stop = (): void => void process.off('uncaughtException', onCrash)
  const onCrash = (error: unknown): void => {
    reports.reportCrash(error, workFields())
    // The project has a handler of its own, by which the process lives on; or the first crash ends it.
    if (ending || process.listenerCount('uncaughtException') > 1) return
    ending = true
    void endBy(error, reports, stop)
  }
  process.on('uncaughtException', onCrash)
  return stop
}

async function endBy(error: unknown, reports: ErrorReports, stop: () => void): Promise<void> {
  await reports.close()
  stop()
  // Outside of any promise, so that Node.js tells of the error itself and not of a rejection.
  setImmediate(() => {
    throw error
  })
}
