/** Used where the browser keeps nothing for us, such as with site data blocked. */
/** @type {Map<string, string>} */
const fallback = new Map()

/**
 * What was remembered under `key` in this browser; null when nothing was.
 *
 * @param {string} key
 * @returns {string | null}
 */
export function recall(key) {
  try {
    return localStorage.getItem(key)
  } catch {
    return fallback.get(key) ?? null
  }
}

/**
 * Keeps `value` in this browser; null forgets it.
 *
 * @param {string} key
 * @param {string | null} value
 */
export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    if (value === null) fallback.delete(key)
    else fallback.set(key, value)
  }
}
