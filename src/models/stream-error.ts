import { AppError } from '../errors.ts'

/**
 * The error of an answer that did not finish: `failure`, or undefined when the stream just ended. A provider that is
 * unavailable after its first words has broken its answer.
 */
export function toStreamError(failure: unknown, spoken: boolean): unknown {
  if (failure === undefined) {
    const cause = new Error('the stream ended without a finish reason')
    return new AppError('model_stream_broken', { cause })
  }
  const broken = spoken && failure instanceof AppError && failure.code === 'model_unavailable'
  return broken ? new AppError('model_stream_broken', { cause: failure }) : failure
}
