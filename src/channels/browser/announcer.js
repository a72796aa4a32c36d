/** How long a sentence stays where screen readers find it; long enough to be queued, short enough not to be met twice. */
const KEPT_MS = 10_000

/**
 * Says finished pieces of an answer to screen readers. The visible answer changes with every token, so it is no live
 * region itself.
 *
 * @param {HTMLElement} region
 * @returns {(text: string) => void}
 */
export function createAnnouncer(region) {
  return (text) => {
    const said = text.trim()
    if (!said) return
    const line = document.createElement('p')
    line.textContent = said
    region.append(line)
    setTimeout(() => line.remove(), KEPT_MS)
  }
}
