import { create } from './elements.js'
import { server } from './embedding.js'
import { LiveMarkdown } from './live-markdown.js'
import { labelLink } from './safe-markdown.js'
import { texts } from './texts.js'

/** @typedef {import('./event-stream.js').AnswerEvent} AnswerEvent */

/** One answer in the conversation, from its first event to its last. */
export class AnswerView {
  #activity = create('ul', 'activity')
  #prose = create('div', 'prose')
  #waiting = create('p', 'waiting', create('span', 'visually-hidden', texts.answering))
  #sources = create('ol', 'sources')
  #files = create('ul', 'files')
  #ending = create('p', 'ending')
  /** @type {Map<string, HTMLElement>} */
  #tools = new Map()
  #markdown

  /** @param {{ author: string, announce: (text: string) => void }} options */
  constructor({ author, announce }) {
    this.#markdown = new LiveMarkdown(this.#prose, announce)
    this.#prose.dir = 'auto'
    this.#sources.setAttribute('aria-label', texts.sources)
    this.#files.setAttribute('aria-label', texts.files)
    this.element = create(
      'li',
      'message answer',
      create('span', 'visually-hidden', `${author}: `),
      this.#activity,
      this.#prose,
      this.#waiting,
      this.#sources,
      this.#files,
      this.#ending,
    )
  }

  /**
   * The suggestions of the answer go elsewhere, and everything unknown is for other clients.
   *
   * @param {AnswerEvent} event
   */
  show({ name, data }) {
    if (name === 'text') this.#markdown.append(data.content)
    else if (name === 'replace') this.#markdown.replace(data.content)
    else if (name === 'tool') this.#showTool(data)
    else if (name === 'citation') this.#showSource(data)
    else if (name === 'file') this.#showFile(data)
    else if (name === 'complete') this.#showEnding(data.reason)
    this.#waiting.hidden = name === 'complete' || !this.#markdown.empty
  }

  /**
   * Shows an answer of which nothing more will come.
   *
   * @param {import('./api.js').StoredMessage} answer
   */
  showStored({ content, outcome }) {
    this.#markdown.append(content)
    if (outcome === 'stopped') this.#ending.textContent = texts.stopped
    if (outcome === 'interrupted' || outcome === 'failed') this.#ending.textContent = texts.unfinished
    this.settle()
  }

  /** Nothing more will come. */
  settle() {
    this.#waiting.hidden = true
    this.#markdown.finish()
  }

  /**
   * @param {string} message
   * @param {{ retry: (() => void) | null, afterMs: number, signInUrl?: string }} options `retry` is offered after
   *   `afterMs` milliseconds.
   */
  fail(message, { retry, afterMs, signInUrl }) {
    const problem = create('div', 'problem', create('p', '', message))
    problem.setAttribute('role', 'alert')
    if (retry) {
      const button = create('button', 'retry', texts.retry)
      button.type = 'button'
      button.disabled = afterMs > 0
      setTimeout(() => (button.disabled = false), afterMs)
      button.addEventListener('click', retry)
      problem.append(button)
    }
    if (signInUrl) problem.append(create('p', '', linkTo(signInUrl, texts.signIn)))
    this.element.append(problem)
  }

  /** @param {{ callId: string, tool: string, status: 'started' | 'done' | 'failed' }} call */
  #showTool({ callId, tool, status }) {
    const line = this.#tools.get(callId) ?? create('li', '')
    const sentences = { started: texts.using, done: texts.used, failed: texts.toolFailed }
    line.textContent = sentences[status].replace('{tool}', tool)
    line.dataset['status'] = status
    this.#tools.set(callId, line)
    this.#activity.append(line)
  }

  /** @param {{ index: number, source: string, heading?: string, url?: string }} citation */
  #showSource({ index, source, heading, url }) {
    if (this.#sources.querySelector(`[value="${index}"]`)) return
    const name = heading && heading !== source ? `${source}, ${heading}` : source
    const line = create('li', '', url ? linkTo(url, name) : name)
    line.value = index
    this.#sources.append(line)
  }

  /** @param {{ name: string, url: string, contentType: string }} file */
  #showFile({ name, url, contentType }) {
    const link = linkTo(url, name)
    const own = URL.parse(url, server)?.origin === server.origin
    if (typeof link !== 'string' && own && contentType.startsWith('image/')) {
      const image = create('img', '')
      image.alt = name
      image.src = link.href
      link.replaceChildren(image)
    }
    this.#files.append(create('li', '', link))
  }

  /** @param {string} reason */
  #showEnding(reason) {
    if (reason === 'stopped') this.#ending.textContent = texts.stopped
    if (reason === 'length' || reason === 'limit') this.#ending.textContent = texts.cut
  }
}

/**
 * @param {string} url
 * @param {string} name
 * @returns {HTMLAnchorElement | string} The name alone when the address is not one of the web.
 */
function linkTo(url, name) {
  const address = URL.parse(url, server)
  if (!/^https?:$/.test(address?.protocol ?? '')) return name
  const link = create('a', '', name)
  link.href = address?.href ?? ''
  labelLink(link)
  return link
}
