/** As the style sheet: from here on the panel covers the page. */
const COVERS_PAGE = '(max-width: 480px), (max-height: 480px)'
const FOCUSABLE = 'button:not([hidden], :disabled), textarea, a[href], [tabindex="0"]'

/**
 * While the panel covers the page, the Tab key stays in it: what lies below cannot be seen. Beside the page it is one
 * part of the page among others.
 *
 * @param {HTMLElement} panel
 * @param {ShadowRoot} root
 */
export function keepFocusInside(panel, root) {
  const covers = matchMedia(COVERS_PAGE)
  const tell = () => panel.setAttribute('aria-modal', String(covers.matches))
  covers.addEventListener('change', tell)
  tell()
  panel.addEventListener('keydown', (event) => {
    if (event.key !== 'Tab' || !covers.matches) return
    const stops = [...panel.querySelectorAll(FOCUSABLE)].filter((stop) => stop.checkVisibility())
    const [first, last] = event.shiftKey ? [stops.at(-1), stops[0]] : [stops[0], stops.at(-1)]
    if (root.activeElement !== last || !(first instanceof HTMLElement)) return
    event.preventDefault()
    first.focus()
  })
}

/**
 * A keyboard on the screen covers the lower part of a page without making it shorter.
 *
 * @param {HTMLElement} panel
 */
export function fitVisibleHeight(panel) {
  const visible = globalThis.visualViewport
  visible?.addEventListener('resize', () =>
    panel.style.setProperty('--visible-height', `${visible.height}px`),
  )
}
