import { Refusal, reopenAnswer } from './api.js'
import { readEvents } from './event-stream.js'

/** @typedef {import('./event-stream.js').AnswerEvent} AnswerEvent */

/**
 * @typedef {object} FollowOptions
 * @property {string} bot
 * @property {string | null} [lastEventId] Where to begin an answer that is known already. Default: at its begin.
 * @property {AbortSignal} signal Leaves the answer; the server goes on writing it.
 * @property {(connected: boolean) => void} onConnection Told when the connection is lost and when it is back.
 * @property {(signal: AbortSignal) => Promise<Response>} [ask] Sends the question whose answer this is. It names its
 *   message, so sending it again gets the same answer and not a second one.
 */

const FIRST_PAUSE_MS = 400
const LONGEST_PAUSE_MS = 15_000
/** How often a question is sent that nobody confirms. */
const MOST_TRIES = 5

/** The server did not confirm the question, however often it was sent. */
export class Unreachable extends Error {}

/**
 * Reads one answer to its end, over as many connections as it takes: after a loss it goes on behind the last event
 * it has seen.
 *
 * @param {string | null} streamId Null: `ask` first.
 * @param {FollowOptions} options
 * @returns {AsyncGenerator<AnswerEvent, void>}
 */
export async function* followAnswer(streamId, options) {
  const { signal, onConnection, lastEventId = null } = options
  const place = { streamId, lastEventId }
  let losses = 0
  for (;;) {
    for await (const event of readOnce(place, options)) {
      if (losses > 0) onConnection(true)
      losses = 0
      yield event
      if (event.name === 'complete' || event.name === 'error') return
    }
    if (signal.aborted) return
    onConnection(false)
    await pause(losses, signal)
    losses += 1
    if (!place.streamId && losses >= MOST_TRIES) throw new Unreachable()
  }
}

/**
 * Reads over one connection until it ends or is lost. Throws only what another connection would not mend.
 *
 * @param {{ streamId: string | null, lastEventId: string | null }} place Kept current.
 * @param {FollowOptions} options
 * @returns {AsyncGenerator<AnswerEvent, void>}
 */
async function* readOnce(place, { bot, signal, ask }) {
  const { streamId, lastEventId } = place
  try {
    const response =
      streamId || !ask
        ? await reopenAnswer({ bot, streamId: streamId ?? '', lastEventId }, signal)
        : await ask(signal)
    for await (const event of readEvents(response)) {
      place.lastEventId = event.id || place.lastEventId
      if (event.name === 'connected') place.streamId ??= event.data.streamId ?? null
      yield event
    }
  } catch (error) {
    if (!signal.aborted && isFinal(error, streamId)) throw error
  }
}

/**
 * A refused question is the reader's to send again; a refused resume is ours, when it may pass.
 *
 * @param {unknown} error
 * @param {string | null} streamId
 */
function isFinal(error, streamId) {
  if (error instanceof Refusal) return streamId === null || !error.canRetry
  return error instanceof SyntaxError
}

/**
 * Waits longer after each loss, by a random part of it so that not everybody comes back at once. Ends early when
 * the device is online again.
 *
 * @param {number} losses
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function pause(losses, signal) {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** losses, LONGEST_PAUSE_MS)
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      removeEventListener('online', end)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, longest * (0.5 + Math.random() / 2))
    addEventListener('online', end)
    signal.addEventListener('abort', end)
  })
}
