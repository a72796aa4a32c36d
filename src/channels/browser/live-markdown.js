import { readBlocks, renderBlocks } from './safe-markdown.js'
import { texts } from './texts.js'

/** @typedef {import('./vendor/marked.js').Token} Token */

/**
 * Markdown that is still being written. It is drawn at most once a frame, and a block that is followed by another is
 * drawn for the last time: only the last one is read again.
 */
export class LiveMarkdown {
  #root
  #onBlock
  #text = ''
  /** Where the block begins that is still being written. */
  #settled = 0
  /** @type {ChildNode[]} */
  #open = []
  #frame = 0

  /**
   * @param {HTMLElement} root
   * @param {(text: string) => void} onBlock Told the text of each block when it is complete.
   */
  constructor(root, onBlock) {
    this.#root = root
    this.#onBlock = onBlock
  }

  get empty() {
    return this.#text.trim() === ''
  }

  /** @param {string} text */
  append(text) {
    this.#text += text
    this.#frame ||= requestAnimationFrame(() => this.#draw())
  }

  /**
   * Forgets what was said and goes on from `text`.
   *
   * @param {string} text
   */
  replace(text) {
    this.#root.replaceChildren()
    this.#open = []
    this.#settled = 0
    this.#text = ''
    this.append(text)
  }

  /** Draws what is left, at once. Links whose address came later are right only when all is read together. */
  finish() {
    cancelAnimationFrame(this.#frame)
    this.#draw()
    for (const node of this.#open) this.#onBlock(node.textContent ?? '')
    this.#open = []
    const whole = document.createElement('div')
    whole.append(toNodes(readBlocks(this.#text)))
    if (whole.innerHTML !== this.#root.innerHTML) this.#root.replaceChildren(...whole.childNodes)
  }

  #draw() {
    this.#frame = 0
    const blocks = readBlocks(this.#text.slice(this.#settled))
    const last = blocks.findLastIndex(({ type }) => type !== 'space')
    if (last < 0) return
    const complete = blocks.slice(0, last)
    for (const node of this.#open) node.remove()
    if (complete.length > 0) this.#settle(complete)
    const fragment = toNodes(blocks.slice(last))
    this.#open = [...fragment.childNodes]
    this.#root.append(fragment)
  }

  /** @param {Token[]} blocks */
  #settle(blocks) {
    const fragment = toNodes(blocks)
    const said = [...fragment.childNodes].map((node) => node.textContent ?? '')
    this.#root.append(fragment)
    for (const { raw } of blocks) this.#settled += raw.length
    for (const text of said) this.#onBlock(text)
  }
}

/** @param {Token[]} blocks */
function toNodes(blocks) {
  const fragment = renderBlocks(blocks)
  for (const table of fragment.querySelectorAll('table')) frame(table, 'table')
  for (const pre of fragment.querySelectorAll('pre')) frame(pre, 'code').append(...copyButton())
  return fragment
}

/**
 * Wide things scroll in a frame of their own, so that the page never does.
 *
 * @param {HTMLElement} element
 * @param {string} className
 */
function frame(element, className) {
  const box = document.createElement('div')
  box.className = className
  element.replaceWith(box)
  const scrolled = className === 'table' ? box : element
  scrolled.tabIndex = 0
  box.append(element)
  return box
}

function copyButton() {
  // Browsers offer the clipboard on https and localhost only.
  if (!navigator.clipboard) return []
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'copy'
  button.textContent = texts.copy
  return [button]
}
