/** The longest a timer of Node can wait, in milliseconds. */
const LONGEST_TIMER_MS = 2_147_483_647

/**
 * Runs work that has to end within `limitMs`: after that its signal is aborted and it counts as failed, whether it
 * heeds the signal or not. Aborts of `signal` reach the work, too.
 */
export async function workInTime(
  limitMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const late = new AbortController()
  const { promise: expired, reject } = Promise.withResolvers<never>()
  const expire = (): void => {
    const error = new Error(`it took longer than ${limitMs} ms`)
    late.abort(error)
    reject(error)
  }
  const timer = setTimeout(expire, Math.min(limitMs, LONGEST_TIMER_MS))
  try {
    await Promise.race([work(AbortSignal.any([signal, late.signal])), expired])
  } finally {
    clearTimeout(timer)
  }
}
