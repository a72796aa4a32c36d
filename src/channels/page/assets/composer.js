import { element } from './elements.js'

/** What the server takes as one message, in characters. */
const LONGEST_MESSAGE = 5_000

/**
 * The box people write in, with its buttons.
 *
 * @param {{ onSend: (text: string) => void, onStop: () => void }} actions
 */
export function createComposer({ onSend, onStop }) {
  const form = element('composer', HTMLFormElement)
  const box = element('message', HTMLTextAreaElement)
  const send = element('send', HTMLButtonElement)
  const stop = element('stop', HTMLButtonElement)
  const counter = element('counter', HTMLElement)
  let ready = false

  const refresh = () => {
    const { length } = box.value.trim()
    send.disabled = !ready || length === 0 || length > LONGEST_MESSAGE
    counter.hidden = length < LONGEST_MESSAGE * 0.9
    counter.textContent = `${length} / ${LONGEST_MESSAGE}`
    counter.classList.toggle('over', length > LONGEST_MESSAGE)
    fitHeight(box)
  }
  const submit = () => {
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
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !stop.hidden && !stop.disabled) end()
  })

  return {
    setState: (/** @type {'loading' | 'ready' | 'answering'} */ state) => {
      const answering = state === 'answering'
      if (document.activeElement === (answering ? send : stop)) box.focus()
      ready = state === 'ready'
      send.hidden = answering
      stop.hidden = !answering
      stop.disabled = false
      refresh()
    },
    focus: () => box.focus(),
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
