import { createAnnouncer } from '../announcer.js'
import { fetchBots } from '../api.js'
import { createComposer } from '../composer.js'
import { Conversation } from '../conversation.js'
import { create, element } from '../elements.js'
import { recall, remember } from '../memory.js'
import { followEnd } from '../scroll-follow.js'
import { pageTexts as texts, translatePage } from './page-texts.js'
import { createThemeToggle } from './theme-toggle.js'

/** @typedef {import('../api.js').BotInfo} BotInfo */

const BOT_KEY = 'botyard:bot'
const COPIED_MS = 1_500

translatePage()
createThemeToggle(element('theme', HTMLElement))
const chooser = element('bot', HTMLSelectElement)
const notice = element('notice', HTMLElement)
const messages = element('messages', HTMLElement)
const suggestions = element('suggestions', HTMLElement)
const intro = element('intro', HTMLElement)
const toEnd = followEnd({
  scroller: element('scroller', HTMLElement),
  content: element('content', HTMLElement),
  button: element('latest', HTMLElement),
})
/** @type {BotInfo[]} */
let bots = []
/** @type {Conversation | undefined} */
let conversation
const composer = createComposer({ onSend: send, onStop: () => void conversation?.stop() })
const stage = {
  messages,
  suggest,
  setState: composer.setState,
  notify: (/** @type {string} */ sentence) => notice.replaceChildren(sentence),
  announce: createAnnouncer(element('announcer', HTMLElement)),
  setEmpty: (/** @type {boolean} */ empty) => (intro.hidden = !empty),
}

chooser.addEventListener('change', chooseBot)
element('new', HTMLElement).addEventListener('click', () => {
  conversation?.renew()
  composer.focus()
})
messages.addEventListener('click', (event) => {
  if (event.target instanceof HTMLButtonElement && event.target.classList.contains('copy'))
    void copyCode(event.target)
})
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') composer.stop()
})
void start()

async function start() {
  notice.replaceChildren()
  try {
    bots = await fetchBots()
    const wanted = new URLSearchParams(location.search).get('bot') ?? recall(BOT_KEY)
    const bot = bots.find(({ id }) => id === wanted) ?? bots[0]
    if (!bot) return
    offerBots(bot)
    // On a phone the keyboard would cover the page before it was seen.
    if (matchMedia('(pointer: fine)').matches) composer.focus()
    await open(bot)
  } catch (error) {
    offerRestart(error)
  }
}

/** @param {BotInfo} bot */
async function open(bot) {
  conversation?.leave()
  conversation = new Conversation(bot, stage)
  introduce(bot)
  await conversation.open()
}

/** @param {BotInfo} chosen */
function offerBots(chosen) {
  chooser.replaceChildren(...bots.map(({ id, title }) => new Option(title, id, false, id === chosen.id)))
  element('chooser', HTMLElement).hidden = bots.length < 2
  element('title', HTMLElement).classList.toggle('visually-hidden', bots.length > 1)
}

function chooseBot() {
  const bot = bots.find(({ id }) => id === chooser.value)
  if (!bot) return
  remember(BOT_KEY, bot.id)
  history.replaceState(null, '', `?bot=${encodeURIComponent(bot.id)}`)
  open(bot).catch(offerRestart)
}

/** @param {BotInfo} bot */
function introduce({ title, description, suggestions: starters }) {
  document.title = title
  element('title', HTMLElement).textContent = title
  element('intro-title', HTMLElement).textContent = title
  element('intro-description', HTMLElement).textContent =
    description || (starters.length > 0 ? texts.introduction : texts.introductionAlone)
}

/** @param {string} text */
function send(text) {
  toEnd()
  void conversation?.send(text)
}

/** @param {string[]} items */
function suggest(items) {
  const buttons = items.map((text) => {
    const button = create('button', 'suggestion', text)
    button.type = 'button'
    button.dir = 'auto'
    button.addEventListener('click', () => {
      composer.focus()
      send(text)
    })
    return create('li', '', button)
  })
  suggestions.replaceChildren(...buttons)
  suggestions.hidden = items.length === 0
}

/** @param {HTMLButtonElement} button */
async function copyCode(button) {
  await navigator.clipboard.writeText(button.parentElement?.querySelector('code')?.textContent ?? '')
  button.textContent = texts.copied
  setTimeout(() => (button.textContent = texts.copy), COPIED_MS)
}

/** @param {unknown} error */
function offerRestart(error) {
  const button = create('button', 'retry', texts.retry)
  button.type = 'button'
  button.addEventListener('click', () => void start())
  notice.replaceChildren(error instanceof TypeError ? texts.unreachable : texts.failed, ' ', button)
}
