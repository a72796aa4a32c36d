import { AppError } from '../errors.ts'
import { failureOf, isCallFailure, toChannelError } from './call-failure.ts'

/**
 * Sends what stands in no ledger; false when nobody can be written to there any more. A send whose fate is unknown is
 * given up, not repeated. Throws a coded error.
 */
export async function sendOnce(send: () => Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  try {
    await send()
    return true
  } catch (error) {
    signal.throwIfAborted()
    if (failureOf(error)?.kind === 'gone') return false
    throw isCallFailure(error, 'unknown')
      ? new AppError('channel_rejected', { cause: error })
      : toChannelError(error)
  }
}
