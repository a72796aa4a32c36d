import { recall, remember } from './memory.js'

/**
 * One conversation of this browser with a bot. Its id is the only key to it, so it never leaves for anywhere but
 * our server.
 *
 * @typedef {object} Session
 * @property {string} sessionId
 * @property {string | null} streamId The last answer, to replay its sources and suggestions after a reload.
 */

/**
 * The conversation with `bot`; a new one when there is none.
 *
 * @param {string} bot
 * @returns {Session}
 */
export function currentSession(bot) {
  const [sessionId = '', streamId = ''] = (recall(keyOf(bot)) ?? '').split(' ')
  return sessionId ? { sessionId, streamId: streamId || null } : renewSession(bot)
}

/**
 * Leaves the conversation with `bot` and begins another.
 *
 * @param {string} bot
 * @returns {Session}
 */
export function renewSession(bot) {
  return keepSession(bot, { sessionId: randomUuid(), streamId: null })
}

/**
 * @param {string} bot
 * @param {Session} session
 * @returns {Session}
 */
export function keepSession(bot, session) {
  remember(keyOf(bot), `${session.sessionId} ${session.streamId ?? ''}`.trim())
  return session
}

/** @param {string} bot */
function keyOf(bot) {
  return `botyard:session:${bot}`
}

/** `crypto.randomUUID` exists only on https and localhost, and a phone on the same network opens http. */
function randomUuid() {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
