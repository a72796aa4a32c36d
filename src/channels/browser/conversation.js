import { AnswerView } from './answer-view.js'
import { fetchConversation, openAnswer, Refusal, stopAnswer } from './api.js'
import { create } from './elements.js'
import { followAnswer, Unreachable } from './follow-answer.js'
import { randomUuid } from './random-uuid.js'
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
 * @property {(state: 'loading' | 'ready' | 'answering') => void} setState Messages can be sent when it is ready.
 * @property {(sentence: string) => void} notify Says something in passing; an empty sentence takes it back.
 * @property {(text: string) => void} announce Says something to screen readers.
 * @property {(empty: boolean) => void} setEmpty
 * @property {() => { language?: string, enableTTS?: boolean }} [wishes] What goes with every question.
 * @property {(streamId: string) => string | null} [replayFrom] The id of the event behind which an answer is shown
 *   again; null for all of it.
 * @property {(event: AnswerEvent) => void} [onEvent] Hears all events of answers.
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
    this.#clear('loading')
    const { signal } = this.#leaving
    const { streamId } = this.#session
    const stored = await this.#find(signal).catch((error) => {
      if (!signal.aborted) throw error
    })
    if (!stored || signal.aborted) return
    const { messages, streamId: running } = stored
    this.#stage.setState('ready')
    if (messages.length === 0) this.#showEmpty()
    else await this.#showStored(messages, running ?? streamId)
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
    if (!this.#running) return
    try {
      await stopAnswer({ bot: this.#bot.id, streamId: this.#running })
    } catch {
      if (!this.#running) return
      this.#stage.notify(texts.failed)
      this.#stage.setState('answering')
    }
  }

  /** Begins a new conversation with the same bot. */
  renew() {
    this.leave()
    this.#leaving = new AbortController()
    this.#session = renewSession(this.#bot.id)
    this.#clear('ready')
    this.#showEmpty()
  }

  /** Takes no further part; the server finishes and keeps the answer. */
  leave() {
    this.#leaving.abort()
  }

  /** @param {'loading' | 'ready'} state */
  #clear(state) {
    this.#stage.messages.replaceChildren()
    this.#stage.suggest([])
    this.#stage.notify('')
    this.#stage.setState(state)
    this.#stage.setEmpty(false)
  }

  #showEmpty() {
    this.#stage.setEmpty(true)
    this.#stage.suggest(this.#bot.suggestions)
  }

  /**
   * The last answer is replayed, when its name is known, with its tools, sources and suggestions or its error.
   *
   * @param {StoredConversation['messages']} messages
   * @param {string | null} streamId
   */
  async #showStored(messages, streamId) {
    const last = messages.at(-1)
    const answer = last?.role === 'assistant' ? last : null
    for (const message of streamId && answer ? messages.slice(0, -1) : messages) this.#showMessage(message)
    if (!streamId) return
    const question = messages.findLast(({ role }) => role === 'user')?.content
    await this.#show(streamId, {
      retry: question ? () => this.#ask(question) : null,
      // Events are kept for a day, messages for ever.
      onGone: (view) => (answer ? view.showStored(answer) : view.element.remove()),
    })
  }

  /** @param {StoredConversation['messages'][number]} message */
  #showMessage(message) {
    if (message.role === 'user') this.#showQuestion(message.content)
    else this.#addAnswer({ quiet: true }).showStored(message)
  }

  /**
   * @param {string} text
   * @param {string} [messageId]
   */
  async #ask(text, messageId = randomUuid()) {
    // Until the new answer has a name there is none to replay.
    this.#session = keepSession(this.#bot.id, { ...this.#session, streamId: null })
    const { sessionId } = this.#session
    const wishes = this.#stage.wishes?.()
    const question = { query: text, chatbotId: this.#bot.id, sessionId, messageId, ...wishes }
    await this.#show(null, {
      ask: (signal) => openAnswer(question, signal),
      retry: () => this.#ask(text),
      resend: () => this.#ask(text, messageId),
    })
  }

  /**
   * Shows an answer while it is written. `retry` asks anew; `resend` asks the same again, for when nobody knows
   * whether it arrived; `onGone` is called when the server has forgotten the answer.
   *
   * @param {string | null} streamId
   * @param {{
   *   ask?: (signal: AbortSignal) => Promise<Response>,
   *   retry: (() => Promise<void>) | null,
   *   resend?: () => Promise<void>,
   *   onGone?: (view: AnswerView) => void,
   * }} options
   */
  async #show(streamId, { ask, retry, resend, onGone }) {
    const { signal } = this.#leaving
    const view = this.#addAnswer({ quiet: false })
    const inPlace = (/** @type {(() => Promise<void>) | null | undefined} */ action) =>
      action ? () => (view.element.remove(), void action()) : null
    this.#begin(streamId)
    try {
      const events = followAnswer(streamId, this.#followOptions(streamId, ask))
      for await (const event of events) {
        this.#hear(event)
        this.#stage.onEvent?.(event)
        view.show(event)
        if (event.name === 'error') this.#failBy(view, event.data, inPlace(retry))
      }
    } catch (error) {
      if (onGone && error instanceof Refusal && error.status === 404) onGone(view)
      else this.#fail(view, error, inPlace(resend ?? retry))
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
      view.fail(error.message, {
        retry: error.canRetry ? retry : null,
        afterMs: error.retryAfterMs,
        ...this.#signIn(error.code),
      })
    else view.fail(error instanceof Unreachable ? texts.unreachable : texts.failed, { retry, afterMs: 0 })
  }

  /**
   * @param {string | null} streamId
   * @param {((signal: AbortSignal) => Promise<Response>) | undefined} ask
   * @returns {import('./follow-answer.js').FollowOptions}
   */
  #followOptions(streamId, ask) {
    return {
      bot: this.#bot.id,
      signal: this.#leaving.signal,
      onConnection: (up) => this.#stage.notify(up ? '' : texts.reconnecting),
      lastEventId: streamId && (this.#stage.replayFrom?.(streamId) ?? null),
      ...(ask && { ask }),
    }
  }

  /**
   * @param {AnswerView} view
   * @param {AnswerEvent['data']} data Of an `error` event.
   * @param {(() => void) | null} retry
   */
  #failBy(view, { message, code, canRetry }, retry) {
    view.fail(message, { retry: canRetry ? retry : null, afterMs: 0, ...this.#signIn(code) })
  }

  /**
   * @param {string} code
   * @returns {{ signInUrl?: string }}
   */
  #signIn(code) {
    const { authUrl } = this.#bot
    return code.toUpperCase() === 'NEED_AUTH' && authUrl ? { signInUrl: authUrl } : {}
  }

  /** @param {string | null} streamId */
  #begin(streamId) {
    this.#running = streamId
    this.#stopWanted = false
    // Another question has been asked, or the same one again: the earlier offers to do so are void.
    for (const button of this.#stage.messages.querySelectorAll('.retry')) button.remove()
    this.#stage.suggest([])
    this.#stage.setState('answering')
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
    this.#stage.setState('ready')
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
