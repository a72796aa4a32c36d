import { script, server } from './embedding.js'
import { texts } from './texts.js'

/**
 * @typedef {object} BotInfo
 * @property {string} id
 * @property {string} title
 * @property {string} description
 * @property {string[]} suggestions
 * @property {string} [authUrl] Where people sign in when the bot asks them to.
 */

/**
 * @typedef {object} StoredMessage
 * @property {'user' | 'assistant'} role
 * @property {string} content
 * @property {'completed' | 'failed' | 'stopped' | 'interrupted'} [outcome] Of answers.
 */

/**
 * @typedef {object} StoredConversation
 * @property {StoredMessage[]} messages Oldest first.
 * @property {string | null} streamId The answer that is being written now.
 */

/**
 * @typedef {object} Question
 * @property {string} query
 * @property {string} chatbotId
 * @property {string} sessionId
 * @property {string} messageId Names the question: however often it arrives, it is answered once.
 * @property {string} [language] BCP 47 tag.
 * @property {boolean} [enableTTS] The answer is spoken, too.
 */

/** A request that the server refused; `message` is its sentence for people. */
export class Refusal extends Error {
  /**
   * @param {string} message
   * @param {{ status: number, code: string, canRetry: boolean, retryAfterMs: number }} options
   */
  constructor(message, { status, code, canRetry, retryAfterMs }) {
    super(message)
    this.status = status
    this.code = code
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
  const path = withBot(`api/chat/sessions/${encodeURIComponent(sessionId)}`, bot)
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
  return await request(withBot('api/chat/query/stream', question.chatbotId), {
    method: 'POST',
    headers,
    body: JSON.stringify(question),
    signal,
  })
}

/**
 * Goes on reading an answer.
 *
 * @param {{ bot: string, streamId: string, lastEventId: string | null }} place
 * @param {AbortSignal} signal
 * @returns {Promise<Response>}
 */
export async function reopenAnswer({ bot, streamId, lastEventId }, signal) {
  const headers = { accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }) }
  return await request(withBot(`api/chat/streams/${encodeURIComponent(streamId)}`, bot), {
    headers,
    signal,
    cache: 'no-store',
  })
}

/** @param {{ bot: string, streamId: string }} answer */
export async function stopAnswer({ bot, streamId }) {
  await request(withBot(`api/chat/streams/${encodeURIComponent(streamId)}/stop`, bot), { method: 'POST' })
}

/**
 * The address says whose request it is, because browsers ask by it whether a page may send the request at all.
 *
 * @param {string} path
 * @param {string} bot
 */
function withBot(path, bot) {
  return `${path}?chatbotId=${encodeURIComponent(bot)}`
}

/**
 * @param {string} path Relative to the server.
 * @param {RequestInit} [options]
 * @returns {Promise<Response>} Throws `Refusal`.
 */
export async function request(path, options) {
  // Read anew each time: the page learns of the token when somebody signs in.
  const token = script?.dataset['token']
  const headers = new Headers(options?.headers)
  if (token) headers.set('authorization', `Bearer ${token}`)
  const response = await fetch(new URL(path, server), { ...options, headers })
  if (response.ok) return response
  const problem = await response.json().catch(() => ({}))
  throw new Refusal(typeof problem.message === 'string' ? problem.message : texts.failed, {
    status: response.status,
    code: String(problem.code ?? problem.error ?? ''),
    canRetry: problem.retryable ?? response.status >= 500,
    retryAfterMs: Number(response.headers.get('retry-after') ?? 0) * 1_000 || 0,
  })
}
