import { server } from '../embedding.js'

/**
 * What one tab remembers while its reader walks through the site, and no longer.
 *
 * @typedef {object} Visit
 * @property {boolean} open The panel.
 * @property {boolean} voice Answers are spoken.
 * @property {string} heard The id of the last spoken sentence, so that no page says it again.
 */

/** @type {Visit} */
const NEW = { open: false, voice: false, heard: '' }

/**
 * @param {string} bot
 * @returns {Visit}
 */
export function recallVisit(bot) {
  try {
    return { ...NEW, ...JSON.parse(sessionStorage.getItem(keyOf(bot)) ?? '{}') }
  } catch {
    return NEW
  }
}

/**
 * @param {string} bot
 * @param {Visit} visit
 */
export function rememberVisit(bot, visit) {
  try {
    sessionStorage.setItem(keyOf(bot), JSON.stringify(visit))
  } catch {
    // Where the browser keeps nothing for us, the next page begins anew.
  }
}

/** @param {string} bot */
function keyOf(bot) {
  return `botyard:visit:${server.host}:${bot}`
}
