import { AppError } from '../errors.ts'

/**
 * The JSON object of one event, to be read as a type whose every field is optional: a provider may leave out
 * anything. Throws `model_stream_broken` when the data is not a JSON object.
 */
export function parseEvent(data: string): object {
  let cause: unknown
  try {
    const event: unknown = JSON.parse(data)
    if (typeof event === 'object' && event !== null) return event
  } catch (thrown) {
    cause = thrown
  }
  throw new AppError('model_stream_broken', {
    cause: new Error('an event of the stream is not a JSON object', { cause }),
  })
}
