import { setTimeout as delay } from 'node:timers/promises'
import { isCallFailure, type CallFailureKind } from './call-failure.ts'

/** In milliseconds; what takes longer is the lane's to wait for. */
const PAUSES = [250, 1_000] as const

/** Makes the call, and soon again when it failed in one of these ways, after which it is safe to repeat. */
export async function tryAgain<Result>(
  call: () => Promise<Result>,
  kinds: readonly CallFailureKind[],
  signal: AbortSignal,
): Promise<Result> {
  for (const pause of PAUSES) {
    try {
      return await call()
    } catch (error) {
      if (!isCallFailure(error, ...kinds)) throw error
    }
    await delay(pause, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
  return call()
}
