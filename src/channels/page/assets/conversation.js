import { AnswerView } from './answer-view.js'
import { fetchConversation, openAnswer, Refusal, stopAnswer } from './api.js'
import { create } from './elements.js'
import { followAnswer } from './follow-answer.js'
import { currentSession, keepSession, renewSession } from './sessions.js'
import { texts } from './texts.js'

/**
 * @typedef {import('./api.js').BotInfo} BotInfo
 * @typedef {import('./api.js').StoredConversation} StoredConversation
 * @typedef {import('./event-stream.js').AnswerEvent} AnswerEvent
 */

/**
 * Where a conversation shows itself.
 *
 * @typedef {object} Stage
 * @property {HTMLElement} messages
 * @property {(items: string[]) => void} suggest Offers messages to send next; none takes the offer back.
 * @property {(answering: boolean) => void} setAnswering
 * @property {(sentence: string) => void} notify Says something in passing; an empty sentence takes it back.
 * @property {(text: string) => void} announce Says something to screen readers.
 * @property {(empty: boolean) => void} setEmpty
 */

/** One conversation with one bot, as long as it is on the page. */
export class Conversation {
  #bot
  #stage
  #session
  /** @type {string | null} The answer being written. */
  #running = null
  #stopWanted = false
  #leaving = new AbortController()

  /**
   * @param {BotInfo} bot
   * @param {Stage} stage
   */
  constructor(bot, stage) {
    this.#bot = bot
    this.#stage = stage
    this.#session = currentSession(bot.id)
  }

  /** Shows what was said before and goes on with an answer that is being written. */
  async open() {
    this.#clear()
    const { signal } = this.#leaving
    const { sessionId, streamId } = this.#session
    const { messages, streamId: running } = await fetchConversation({ bot: this.#bot.id, sessionId, signal })
    if (signal.aborted) return
    this.#showStored(messages, running ?? streamId)
    if (messages.length === 0) this.#showEmpty()
    else await this.#replay(messages, running ?? streamId)
  }

  /** @param {string} text */
  async send(text) {
    this.#stage.setEmpty(false)
    this.#showQuestion(text)
    await this.#ask(text)
  }

  /** Stops the answer being written; what was said is kept. */
  async stop() {
    this.#stopWanted = true
    // Before the server has named the answer there is nothing to stop; `#hear` does it then.
    if (this.#running) await stopAnswer(this.#running).catch(() => this.#stage.notify(texts.failed))
  }

  /** Begins a new conversation with the same bot. */
  renew() {
    this.leave()
    this.#leaving = new AbortController()
    this.#session = renewSession(this.#bot.id)
    this.#clear()
    this.#showEmpty()
  }

  /** Takes no further part; the server finishes and keeps the answer. */
  leave() {
    this.#leaving.abort()
  }

  #clear() {
    this.#stage.messages.replaceChildren()
    this.#stage.suggest([])
    this.#stage.notify('')
    this.#stage.setAnswering(false)
    this.#stage.setEmpty(false)
  }

  #showEmpty() {
    this.#stage.setEmpty(true)
    this.#stage.suggest(this.#bot.suggestions)
  }

  /**
   * @param {StoredConversation['messages']} messages
   * @param {string | null} streamId The answer that will be replayed, with its sources, instead of shown from here.
   */
  #showStored(messages, streamId) {
    const replayed = streamId && messages.at(-1)?.role === 'assistant' ? messages.length - 1 : messages.length
    for (const { role, content } of messages.slice(0, replayed)) {
      if (role === 'user') this.#showQuestion(content)
      else this.#addAnswer({ quiet: true }).showStored(content)
    }
  }

  /**
   * @param {StoredConversation['messages']} messages
   * @param {string | null} streamId
   */
  async #replay(messages, streamId) {
    if (!streamId) return
    const question = messages.findLast(({ role }) => role === 'user')?.content
    const last = messages.at(-1)
    await this.#show(streamId, {
      retry: question ? () => this.#ask(question) : null,
      // Events are kept for a day, messages for ever.
      onGone: (view) => (last?.role === 'assistant' ? view.showStored(last.content) : view.element.remove()),
    })
  }

  /** @param {string} text */
  async #ask(text) {
    const question = { query: text, chatbotId: this.#bot.id, sessionId: this.#session.sessionId }
    await this.#show(null, {
      ask: (signal) => openAnswer(question, signal),
      retry: () => this.#ask(text),
    })
  }

  /**
   * Shows an answer while it is written.
   *
   * @param {string | null} streamId
   * @param {{
   *   ask?: (signal: AbortSignal) => Promise<Response>,
   *   retry: (() => Promise<void>) | null,
   *   onGone?: (view: AnswerView) => void,
   * }} options
   */
  async #show(streamId, { ask, retry, onGone }) {
    const { signal } = this.#leaving
    const view = this.#addAnswer({ quiet: false })
    const retryHere = retry && (() => (view.element.remove(), void retry()))
    this.#begin(streamId)
    try {
      const findRunning = async () => (await this.#find(signal)).streamId
      const onConnection = (/** @type {boolean} */ up) => this.#stage.notify(up ? '' : texts.reconnecting)
      const events = followAnswer(streamId, { signal, onConnection, findRunning, ...(ask && { ask }) })
      for await (const event of events) {
        this.#hear(event)
        view.show(event)
        if (event.name === 'error')
          view.fail(event.data.message, { retry: event.data.canRetry ? retryHere : null, afterMs: 0 })
      }
    } catch (error) {
      if (onGone && error instanceof Refusal && error.status === 404) onGone(view)
      else this.#fail(view, error, retryHere)
    }
    view.settle()
    if (!signal.aborted) this.#end()
  }

  /** @param {AbortSignal} signal */
  #find(signal) {
    return fetchConversation({ bot: this.#bot.id, sessionId: this.#session.sessionId, signal })
  }

  /**
   * @param {AnswerView} view
   * @param {unknown} error
   * @param {(() => void) | null} retry
   */
  #fail(view, error, retry) {
    if (error instanceof Refusal)
      view.fail(error.message, { retry: error.canRetry ? retry : null, afterMs: error.retryAfterMs })
    else view.fail(texts.unreachable, { retry, afterMs: 0 })
  }

  /** @param {string | null} streamId */
  #begin(streamId) {
    this.#running = streamId
    this.#stopWanted = false
    this.#stage.suggest([])
    this.#stage.setAnswering(true)
  }

  /** @param {AnswerEvent} event */
  #hear({ name, data }) {
    if (name === 'suggestions') this.#stage.suggest(data.items)
    if (name !== 'connected' || !data.streamId) return
    this.#running = data.streamId
    this.#session = keepSession(this.#bot.id, { ...this.#session, streamId: data.streamId })
    if (this.#stopWanted) void this.stop()
  }

  #end() {
    this.#running = null
    this.#stage.setAnswering(false)
    this.#stage.notify('')
  }

  /** @param {string} text */
  #showQuestion(text) {
    const said = create('div', 'said', text)
    said.dir = 'auto'
    const author = create('span', 'visually-hidden', `${texts.you}: `)
    this.#stage.messages.append(create('li', 'message question', author, said))
  }

  /** @param {{ quiet: boolean }} options Whether screen readers are told of it. */
  #addAnswer({ quiet }) {
    const view = new AnswerView({
      author: this.#bot.title,
      announce: quiet ? () => {} : this.#stage.announce,
    })
    this.#stage.messages.append(view.element)
    return view
  }
}
