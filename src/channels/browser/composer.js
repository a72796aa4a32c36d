import { element } from './elements.js'

/** What the server takes as one message, in characters. */
const LONGEST_MESSAGE = 5_000

/**
 * The box people write in, with its buttons.
 *
 * @param {{ onSend: (text: string) => void, onStop: () => void }} actions
 * @param {Document | ShadowRoot} [root] Where its elements are.
 */
export function createComposer({ onSend, onStop }, root = document) {
  const form = element('composer', HTMLFormElement, root)
  const box = element('message', HTMLTextAreaElement, root)
  const send = element('send', HTMLButtonElement, root)
  const stop = element('stop', HTMLButtonElement, root)
  const counter = element('counter', HTMLElement, root)
  /** @type {'loading' | 'ready' | 'answering'} */
  let state = 'loading'
  /** Somebody was faster than the conversation loaded. */
  let wanted = false

  const refresh = () => {
    const { length } = box.value.trim()
    send.disabled = state !== 'ready' || length === 0 || length > LONGEST_MESSAGE
    counter.hidden = length < LONGEST_MESSAGE * 0.9
    counter.textContent = `${length} / ${LONGEST_MESSAGE}`
    counter.classList.toggle('over', length > LONGEST_MESSAGE)
    fitHeight(box)
  }
  const submit = () => {
    wanted = state === 'loading'
    if (send.disabled) return
    const text = box.value.trim()
    box.value = ''
    refresh()
    onSend(text)
  }
  const end = () => {
    stop.disabled = true
    box.focus()
    onStop()
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    submit()
  })
  box.addEventListener('input', refresh)
  box.addEventListener('keydown', (event) => {
    // While an input method composes, Enter chooses a word.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    submit()
  })
  stop.addEventListener('click', end)

  return {
    setState: (/** @type {'loading' | 'ready' | 'answering'} */ next) => {
      state = next
      const answering = state === 'answering'
      if (root.activeElement === (answering ? send : stop)) box.focus()
      send.hidden = answering
      stop.hidden = !answering
      stop.disabled = false
      refresh()
      // What was said before is shown first.
      queueMicrotask(() => {
        if (wanted && state === 'ready') submit()
      })
    },
    focus: () => box.focus(),
    /** Stops the answer that is being written, if there is one and it has not been stopped. */
    stop: () => {
      if (!stop.hidden && !stop.disabled) end()
    },
  }
}

/**
 * As high as its text, in browsers whose style sheets cannot say so.
 *
 * @param {HTMLTextAreaElement} box
 */
function fitHeight(box) {
  if (CSS.supports('field-sizing', 'content')) return
  box.style.height = 'auto'
  box.style.height = `${box.scrollHeight}px`
}
