import { createAnnouncer } from '../announcer.js'
import { createComposer } from '../composer.js'
import { Conversation } from '../conversation.js'
import { create, element } from '../elements.js'
import { followEnd } from '../scroll-follow.js'
import { language, texts } from '../texts.js'
import { accentProperties } from './colors.js'
import { keepFocusInside, fitVisibleHeight } from './full-screen.js'
import { createPanel, drawIcon } from './panel.js'
import { Speaker } from './speaker.js'
import { css } from './styles.js'
import { recallVisit, rememberVisit } from './visit.js'

/**
 * @typedef {import('./widget-config.js').WidgetConfig} WidgetConfig
 * @typedef {import('../event-stream.js').AnswerEvent} AnswerEvent
 */

const COPIED_MS = 1_500

/** The widget on a page: a button in a corner and the panel it opens. */
export class Widget {
  #config
  #visit
  #host = document.createElement('botyard-widget')
  #root
  #speaker
  #composer
  #conversation
  #toEnd
  /** @type {Promise<void> | null} */
  #begun = null

  /** @param {WidgetConfig} config */
  constructor(config) {
    this.#config = config
    this.#visit = recallVisit(config.id)
    this.#root = this.#attach()
    this.#speaker = new Speaker(config.voice && this.#visit.voice)
    this.#composer = createComposer(
      { onSend: (text) => this.#send(text), onStop: () => this.#stop() },
      this.#root,
    )
    this.#conversation = new Conversation({ ...config, description: config.greeting }, this.#stage())
    this.#toEnd = followEnd({
      scroller: this.#part('scroller'),
      content: this.#part('content'),
      button: this.#part('latest'),
    })
    this.#listen()
    document.body.append(this.#host)
    this.#showVoice()
    if (this.#visit.open) this.#show()
  }

  get isOpen() {
    return !this.#part('panel').hidden
  }

  open() {
    if (this.isOpen) return
    this.#show()
    // On a phone the keyboard would cover the panel before it was seen.
    if (matchMedia('(pointer: fine)').matches) this.#composer.focus()
    else this.#part('panel').focus()
  }

  close() {
    if (!this.isOpen) return
    this.#speaker.silence()
    this.#part('panel').hidden = true
    const launcher = this.#part('launcher')
    launcher.hidden = false
    launcher.setAttribute('aria-expanded', 'false')
    launcher.focus()
    this.#remember({ open: false })
  }

  /** Takes the widget off the page; the conversation stays. */
  remove() {
    this.#speaker.turn(false)
    this.#conversation.leave()
    this.#host.remove()
  }

  #attach() {
    const { theme, position, color } = this.#config
    if (theme !== 'auto') this.#host.dataset['theme'] = theme
    this.#host.dataset['position'] = position
    const root = this.#host.attachShadow({ mode: 'open' })
    // Style sheets made by scripts need no leave of the page's content security policy, and elements would.
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
    root.adoptedStyleSheets = [sheet]
    const widget = createPanel(this.#config)
    for (const [name, value] of Object.entries(accentProperties(color ?? '')))
      widget.style.setProperty(name, value)
    root.append(widget)
    return root
  }

  /** @returns {import('../conversation.js').Stage} */
  #stage() {
    const notice = this.#part('notice')
    return {
      messages: this.#part('messages'),
      suggest: (items) => this.#suggest(items),
      setState: this.#composer.setState,
      notify: (sentence) => notice.replaceChildren(sentence),
      announce: createAnnouncer(this.#part('announcer')),
      setEmpty: (empty) => (this.#part('intro').hidden = !empty || !this.#config.greeting),
      wishes: () => ({ enableTTS: this.#speaker.on, language }),
      replayFrom: (streamId) => this.#replayFrom(streamId),
      onEvent: (event) => this.#hear(event),
    }
  }

  #listen() {
    const on = (/** @type {string} */ id, /** @type {() => void} */ action) =>
      this.#part(id).addEventListener('click', action)
    on('launcher', () => this.open())
    on('close', () => this.close())
    on('new', () => this.#renew())
    on('voice', () => this.#turnVoice())
    const panel = this.#part('panel')
    panel.addEventListener('pointerdown', () => this.#speaker.unlock())
    panel.addEventListener('keydown', (event) => {
      // The shortcuts of the page are not meant by what is typed here.
      event.stopPropagation()
      this.#speaker.unlock()
      if (event.key === 'Escape') this.close()
    })
    keepFocusInside(panel, this.#root)
    fitVisibleHeight(panel)
    this.#part('messages').addEventListener('click', ({ target }) => {
      if (target instanceof HTMLButtonElement && target.classList.contains('copy')) void copyCode(target)
    })
  }

  #show() {
    this.#part('panel').hidden = false
    const launcher = this.#part('launcher')
    launcher.hidden = true
    launcher.setAttribute('aria-expanded', 'true')
    this.#remember({ open: true })
    this.#begun ??= this.#begin()
    this.#toEnd()
  }

  async #begin() {
    this.#part('notice').replaceChildren()
    try {
      await this.#conversation.open()
    } catch (error) {
      this.#begun = null
      const button = create('button', 'retry', texts.retry)
      button.type = 'button'
      button.addEventListener('click', () => void (this.#begun ??= this.#begin()))
      this.#part('notice').replaceChildren(
        error instanceof TypeError ? texts.unreachable : texts.failed,
        ' ',
        button,
      )
    }
  }

  /** @param {string} text */
  #send(text) {
    this.#speaker.silence()
    this.#speaker.unlock()
    this.#toEnd()
    void this.#conversation.send(text)
  }

  #stop() {
    this.#speaker.silence()
    void this.#conversation.stop()
  }

  #renew() {
    this.#speaker.silence()
    this.#conversation.renew()
    this.#composer.focus()
  }

  /** @param {AnswerEvent} event */
  #hear({ name, id, data }) {
    if (name !== 'audio') return
    this.#speaker.play(data)
    this.#remember({ heard: id })
  }

  /**
   * The whole text of an answer, and of its sentences those that were not heard yet. Of an answer that was never heard
   * nothing is said: it was asked for in another tab, or long ago.
   *
   * @param {string} streamId
   */
  #replayFrom(streamId) {
    const [answer, chunks] = [this.#visit.heard.split(':')[0], this.#visit.heard.split('~')[1]]
    return this.#speaker.on && answer === streamId && chunks ? `${streamId}:0~${chunks}` : null
  }

  #turnVoice() {
    this.#speaker.turn(!this.#speaker.on)
    this.#remember({ voice: this.#speaker.on })
    this.#showVoice()
  }

  #showVoice() {
    const button = this.#part('voice')
    button.setAttribute('aria-pressed', String(this.#speaker.on))
    button.replaceChildren(drawIcon(this.#speaker.on ? 'voice' : 'mute'))
  }

  /** @param {string[]} items */
  #suggest(items) {
    const buttons = items.map((text) => {
      const button = create('button', 'suggestion', text)
      button.type = 'button'
      button.dir = 'auto'
      button.addEventListener('click', () => {
        this.#composer.focus()
        this.#send(text)
      })
      return create('li', '', button)
    })
    const list = this.#part('suggestions')
    list.replaceChildren(...buttons)
    list.hidden = items.length === 0
  }

  /** @param {Partial<import('./visit.js').Visit>} news */
  #remember(news) {
    this.#visit = { ...this.#visit, ...news }
    rememberVisit(this.#config.id, this.#visit)
  }

  /** @param {string} id */
  #part(id) {
    return element(id, HTMLElement, this.#root)
  }
}

/** @param {HTMLButtonElement} button */
async function copyCode(button) {
  await navigator.clipboard.writeText(button.parentElement?.querySelector('code')?.textContent ?? '')
  button.textContent = texts.copied
  setTimeout(() => (button.textContent = texts.copy), COPIED_MS)
}
