import type { Host } from '../channels/channel.ts'
import { AppError } from '../errors.ts'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import { workFields } from '../tracing.ts'
import type { HostOptions } from '../turn/conversation-host.ts'

interface Counted {
  readonly log: Log
  readonly metrics: Metrics
}

/** What becomes of turns, in the log and in the metrics. */
export function countTurns({ log, metrics }: Counted): Pick<HostOptions, 'onTurn' | 'onProblem' | 'onError'> {
  return {
    onTurn: (turn) => {
      metrics.turns.count(turn)
      log.info({ ...turn, ...workFields() }, 'turn')
    },
    onProblem: ({ what, cause }, { model, ...turn }) => {
      if (what === 'model-retried') {
        metrics.turns.countRetry(model)
        metrics.turns.countProviderError(model, cause instanceof AppError ? cause.code : 'model_unavailable')
      }
      const level = what === 'turn-failed' && isOurs(cause) ? 'error' : 'warn'
      log[level]({ ...turn, ...workFields(), err: cause }, what)
    },
    onError: (error) =>
      log.error({ err: error }, 'the events of running turns could not be stored; trying again'),
  }
}

/** Counts the turns that are refused for want of room, or because the server stops. */
export function countShed(converse: Host['converse'], metrics: Metrics): Host['converse'] {
  return async (request) => {
    try {
      return await converse(request)
    } catch (error) {
      if (error instanceof AppError && SHED.has(error.code)) metrics.countShed(error.code)
      throw error
    }
  }
}

const SHED: ReadonlySet<string> = new Set(['overloaded', 'draining'])

/** Somebody has to mend it: trying again would not. */
function isOurs(cause: unknown): boolean {
  return !(cause instanceof AppError) || (cause.status >= 500 && !cause.retryable)
}
