import { server } from './embedding.js'
import { recall, remember } from './memory.js'
import { randomUuid } from './random-uuid.js'

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

/**
 * On a page of somebody else two servers may have bots of one name.
 *
 * @param {string} bot
 */
function keyOf(bot) {
  const place = server.origin === location.origin ? '' : `${server.host}:`
  return `botyard:session:${place}${bot}`
}
