import { texts } from './texts.js'

/**
 * @typedef {object} BotInfo
 * @property {string} id
 * @property {string} title
 * @property {string} description
 * @property {string[]} suggestions
 */

/**
 * @typedef {object} StoredConversation
 * @property {{ role: 'user' | 'assistant', content: string }[]} messages Oldest first.
 * @property {string | null} streamId The answer that is being written now.
 */

/**
 * @typedef {object} Question
 * @property {string} query
 * @property {string} chatbotId
 * @property {string} sessionId
 * @property {string} messageId Names the question: however often it arrives, it is answered once.
 */

/** A request that the server refused; `message` is its sentence for people. */
export class Refusal extends Error {
  /**
   * @param {string} message
   * @param {{ status: number, canRetry: boolean, retryAfterMs: number }} options
   */
  constructor(message, { status, canRetry, retryAfterMs }) {
    super(message)
    this.status = status
    this.canRetry = canRetry
    /** How long the server asks to be left alone, in milliseconds. */
    this.retryAfterMs = retryAfterMs
  }
}

/** @returns {Promise<BotInfo[]>} */
export async function fetchBots() {
  const { bots } = await (await request('api/chat/bots')).json()
  return bots
}

/**
 * @param {{ bot: string, sessionId: string, signal: AbortSignal }} where
 * @returns {Promise<StoredConversation>}
 */
export async function fetchConversation({ bot, sessionId, signal }) {
  const path = `api/chat/sessions/${encodeURIComponent(sessionId)}?chatbotId=${encodeURIComponent(bot)}`
  return await (await request(path, { signal })).json()
}

/**
 * Asks a bot; the response is its answer as it is written.
 *
 * @param {Question} question
 * @param {AbortSignal} signal
 * @returns {Promise<Response>}
 */
export async function openAnswer(question, signal) {
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' }
  return await request('api/chat/query/stream', {
    method: 'POST',
    headers,
    body: JSON.stringify(question),
    signal,
  })
}

/**
 * Goes on reading an answer.
 *
 * @param {{ streamId: string, lastEventId: string | null }} place
 * @param {AbortSignal} signal
 * @returns {Promise<Response>}
 */
export async function reopenAnswer({ streamId, lastEventId }, signal) {
  const headers = { accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }) }
  return await request(`api/chat/streams/${encodeURIComponent(streamId)}`, {
    headers,
    signal,
    cache: 'no-store',
  })
}

/** @param {string} streamId */
export async function stopAnswer(streamId) {
  await request(`api/chat/streams/${encodeURIComponent(streamId)}/stop`, { method: 'POST' })
}

/**
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<Response>}
 */
async function request(path, options) {
  const response = await fetch(path, options)
  if (response.ok) return response
  const problem = await response.json().catch(() => ({}))
  throw new Refusal(typeof problem.message === 'string' ? problem.message : texts.failed, {
    status: response.status,
    canRetry: problem.retryable ?? response.status >= 500,
    retryAfterMs: Number(response.headers.get('retry-after') ?? 0) * 1_000 || 0,
  })
}
