import { server } from './embedding.js'
import { Lexer, Parser, Renderer } from './vendor/marked.js'
import createPurifier from './vendor/purify.js'

/** @typedef {import('./vendor/marked.js').Token} Token */

// What an answer says may come from a page somebody else wrote. So it may format text and name links, and nothing it
// says can send a request by itself, run, or look like a part of this page.
const TAGS = (
  'p br hr h1 h2 h3 h4 h5 h6 strong b em i del s sub sup kbd mark code pre blockquote ul ol li ' +
  'table thead tbody tr th td a img'
).split(' ')
const PURIFIED = {
  ALLOWED_TAGS: TAGS,
  ALLOWED_ATTR: ['href', 'title', 'src', 'alt', 'start', 'align'],
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
  RETURN_DOM_FRAGMENT: /** @type {const} */ (true),
}
const LINK_PROTOCOLS = new Set(['http:', 'https:', 'mailto:', 'tel:'])

const purifier = createPurifier(window)
purifier.addHook('uponSanitizeAttribute', (element, data) => {
  if (data.attrName !== 'src' && data.attrName !== 'href') return
  const url = urlOf(data.attrValue)
  const allowed =
    data.attrName === 'src' ? url?.origin === server.origin : LINK_PROTOCOLS.has(url?.protocol ?? '')
  data.keepAttr = allowed
  // On a page of somebody else, what is relative means our server, and never that page.
  if (url && allowed) data.attrValue = url.href
})

const options = { gfm: true, breaks: true }

class SafeRenderer extends Renderer {
  /**
   * @override
   * @param {import('./vendor/marked.js').Tokens.Checkbox} token
   */
  checkbox({ checked }) {
    return checked ? '☑ ' : '☐ '
  }

  /**
   * A picture from elsewhere would tell that host what its address says, so it becomes a link nobody has to follow.
   *
   * @override
   * @param {import('./vendor/marked.js').Tokens.Image} token
   */
  image(token) {
    const { href, text } = token
    if (urlOf(href)?.origin === server.origin) return super.image(token)
    return `<a href="${escapeText(href)}">${escapeText(text || href)}</a>`
  }
}

/**
 * The blocks of a Markdown text; `raw` of them joined is the text.
 *
 * @param {string} text
 * @returns {Token[]}
 */
export function readBlocks(text) {
  try {
    return [...new Lexer(options).lex(text)]
  } catch {
    // Nested deeper than any reader goes down: somebody wants the page to fail.
    return [plainBlock(text)]
  }
}

/**
 * Text shown as it is written.
 *
 * @param {string} text
 * @returns {Token}
 */
function plainBlock(text) {
  return { type: 'text', raw: text, text, escaped: false }
}

/**
 * Blocks as elements that are safe to show. Each is cleaned for itself, so that a tag left open spoils one block only.
 *
 * @param {Token[]} blocks
 * @returns {DocumentFragment}
 */
export function renderBlocks(blocks) {
  const parser = new Parser({ ...options, renderer: new SafeRenderer() })
  const fragment = document.createDocumentFragment()
  for (const block of blocks) fragment.append(clean(toHtml(parser, block)))
  return fragment
}

/**
 * @param {Parser} parser
 * @param {Token} block
 */
function toHtml(parser, block) {
  try {
    return parser.parse([block])
  } catch {
    return parser.parse([plainBlock(block.raw)])
  }
}

/**
 * @param {string} html
 * @returns {DocumentFragment}
 */
function clean(html) {
  const fragment = purifier.sanitize(html, PURIFIED)
  for (const link of fragment.querySelectorAll('a')) labelLink(link)
  for (const image of fragment.querySelectorAll('img')) {
    if (image.hasAttribute('src')) image.loading = 'lazy'
    else image.replaceWith(image.alt)
  }
  return fragment
}

/**
 * Opens elsewhere, tells the other side nothing, and shows where it leads when its text does not.
 *
 * @param {HTMLAnchorElement} link
 */
export function labelLink(link) {
  link.target = '_blank'
  link.rel = 'noopener nofollow noreferrer'
  const url = urlOf(link.getAttribute('href') ?? '')
  if (!url?.host || url.origin === location.origin || saysHost(link, url)) return
  const host = document.createElement('span')
  host.className = 'host'
  host.textContent = ` ${url.host}`
  link.append(host)
}

/**
 * @param {HTMLAnchorElement} link
 * @param {URL} url
 */
function saysHost(link, url) {
  const said = (link.textContent ?? '').trim().toLowerCase()
  return said === url.host || said === url.href || `${said}/` === url.href
}

/** @param {string} address */
function urlOf(address) {
  return URL.parse(address, server)
}

/** @param {string} text */
function escapeText(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
