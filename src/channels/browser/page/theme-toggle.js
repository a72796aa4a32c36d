import { recall, remember } from '../memory.js'

const KEY = 'botyard:theme'

/**
 * Switches between light and dark. Choosing what the system has anyway follows the system again.
 *
 * @param {HTMLElement} button
 */
export function createThemeToggle(button) {
  button.addEventListener('click', () => {
    const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
    const next = (recall(KEY) ?? system) === 'dark' ? 'light' : 'dark'
    remember(KEY, next === system ? null : next)
    dispatchEvent(new Event(KEY))
  })
}
