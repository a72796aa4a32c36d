/** This close to the end counts as the end, in CSS pixels. */
const NEAR_PX = 60

/**
 * Keeps the end of the conversation in view while it grows, until the reader scrolls up.
 *
 * @param {{ scroller: HTMLElement, content: HTMLElement, button: HTMLElement }} elements `button` leads back.
 * @returns {() => void} Goes to the end and stays there.
 */
export function followEnd({ scroller, content, button }) {
  let following = true
  let lastTop = 0

  const distance = () => scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop
  const toEnd = () => {
    following = true
    scroller.scrollTop = scroller.scrollHeight
    button.hidden = true
  }
  const keepUp = () => {
    if (following) toEnd()
    else button.hidden = distance() < NEAR_PX
  }

  scroller.addEventListener('scroll', () => {
    const up = scroller.scrollTop < lastTop
    lastTop = scroller.scrollTop
    if (distance() < NEAR_PX) following = true
    else if (up) following = false
    button.hidden = following
  })
  button.addEventListener('click', toEnd)
  const observer = new ResizeObserver(keepUp)
  observer.observe(content)
  observer.observe(scroller)
  return toEnd
}
