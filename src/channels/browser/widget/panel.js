import { create } from '../elements.js'
import { language, texts } from '../texts.js'

const SVG = 'http://www.w3.org/2000/svg'
/** Outlines on a field of 20 by 20. */
const ICONS = {
  chat: 'M3 5.5A1.5 1.5 0 0 1 4.5 4h11A1.5 1.5 0 0 1 17 5.5v7a1.5 1.5 0 0 1-1.5 1.5H9l-4 3v-3h-.5A1.5 1.5 0 0 1 3 12.5z',
  close: 'M5 5l10 10M15 5L5 15',
  renew:
    'M11 4H5.5A1.5 1.5 0 0 0 4 5.5v9A1.5 1.5 0 0 0 5.5 16h9a1.5 1.5 0 0 0 1.5-1.5V9M9 11l.5-2.5 6-6 2 2-6 6z',
  voice: 'M4 8v4h2.5L10 15V5L6.5 8zM13 7.5a3.5 3.5 0 0 1 0 5M15 5.5a6.3 6.3 0 0 1 0 9',
  mute: 'M4 8v4h2.5L10 15V5L6.5 8zM13 8l4 4M17 8l-4 4',
  send: 'M10 16V4M5 9l5-5 5 5',
  stop: 'M6 6h8v8H6z',
  latest: 'M10 4v12m-5-5 5 5 5-5',
}

/** @typedef {keyof typeof ICONS} Icon */

/**
 * The elements of the widget, by the ids that what it shares with the chat page looks for.
 *
 * @param {{ title: string, greeting: string, launcher: string, voice: boolean }} looks
 */
export function createPanel({ title, greeting, launcher, voice }) {
  const open = withId('launcher', iconButton('launcher', 'chat', launcher || texts.open))
  if (launcher) open.append(create('span', '', launcher))
  open.setAttribute('aria-expanded', 'false')
  open.setAttribute('aria-controls', 'panel')
  const panel = withId(
    'panel',
    create('section', 'panel', createHeader(title, voice), createTalk(title, greeting), createDock()),
  )
  panel.setAttribute('role', 'dialog')
  panel.setAttribute('aria-labelledby', 'title')
  panel.tabIndex = -1
  panel.hidden = true
  const announcer = withId('announcer', create('div', 'visually-hidden'))
  announcer.setAttribute('aria-live', 'polite')
  const root = create('div', 'widget', panel, open, announcer)
  root.lang = language
  root.dir = 'ltr'
  return root
}

/**
 * @param {string} title
 * @param {boolean} voice
 */
function createHeader(title, voice) {
  const heading = withId('title', create('h2', '', title))
  heading.dir = 'auto'
  const speak = withId('voice', iconButton('quiet', 'voice', texts.voice))
  speak.hidden = !voice
  const actions = create(
    'div',
    'actions',
    speak,
    withId('new', iconButton('quiet', 'renew', texts.newConversation)),
    withId('close', iconButton('quiet', 'close', texts.close)),
  )
  return create('header', '', heading, actions)
}

/**
 * @param {string} title
 * @param {string} greeting
 */
function createTalk(title, greeting) {
  const welcome = create('p', '', greeting)
  welcome.dir = 'auto'
  const intro = withId('intro', create('section', 'intro', welcome))
  intro.hidden = true
  const messages = withId('messages', create('ol', 'messages'))
  messages.setAttribute('aria-label', texts.messages)
  const suggestions = withId('suggestions', create('ul', 'suggestions'))
  suggestions.setAttribute('aria-label', texts.suggestions)
  suggestions.hidden = true
  const content = withId('content', create('div', 'column', intro, messages, suggestions))
  const scroller = withId('scroller', create('div', 'scroller', content))
  scroller.setAttribute('role', 'region')
  scroller.setAttribute('aria-label', `${title}: ${texts.conversation}`)
  scroller.tabIndex = 0
  return scroller
}

function createDock() {
  const latest = withId('latest', iconButton('latest', 'latest', texts.latest))
  latest.hidden = true
  const notice = withId('notice', create('p', 'notice'))
  notice.setAttribute('role', 'status')
  const box = withId('message', create('textarea', ''))
  Object.assign(box, {
    rows: 1,
    enterKeyHint: 'send',
    autocomplete: 'off',
    dir: 'auto',
    placeholder: texts.placeholder,
  })
  box.setAttribute('aria-label', texts.message)
  const send = withId('send', iconButton('round', 'send', texts.send))
  send.type = 'submit'
  send.disabled = true
  const stop = withId('stop', iconButton('round', 'stop', texts.stop))
  stop.hidden = true
  const form = withId('composer', create('form', '', box, send, stop))
  form.setAttribute('aria-label', texts.composer)
  const counter = withId('counter', create('span', ''))
  counter.hidden = true
  return create('div', 'dock', create('div', 'column', latest, notice, form, create('p', 'hint', counter)))
}

/**
 * @param {string} className
 * @param {Icon} icon
 * @param {string} label
 */
function iconButton(className, icon, label) {
  const button = create('button', className, drawIcon(icon))
  button.type = 'button'
  button.title = label
  button.setAttribute('aria-label', label)
  return button
}

/** @param {Icon} icon */
export function drawIcon(icon) {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 20 20')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(SVG, 'path')
  path.setAttribute('d', ICONS[icon])
  if (icon === 'stop') path.classList.add('filled')
  svg.append(path)
  return svg
}

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {T} element
 * @returns {T}
 */
function withId(id, element) {
  element.id = id
  return element
}
