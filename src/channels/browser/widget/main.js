import { chatbotOfTag, fetchConfig } from './widget-config.js'
import { Widget } from './widget.js'

/**
 * What the page may do with the widget, as `Botyard`.
 *
 * @typedef {object} BotyardApi
 * @property {() => void} open
 * @property {() => void} close
 * @property {() => void} remove
 */

/** A page that runs the script twice has one widget. */
if (!('Botyard' in globalThis)) start()

function start() {
  const ready = whenParsed()
    .then(() => fetchConfig(chatbotOfTag()))
    .then((config) => new Widget(config))
  /** @type {BotyardApi} */
  const api = {
    open: () =>
      void ready.then(
        (widget) => widget.open(),
        () => {},
      ),
    close: () =>
      void ready.then(
        (widget) => widget.close(),
        () => {},
      ),
    remove: () => {
      Reflect.deleteProperty(globalThis, 'Botyard')
      void ready.then(
        (widget) => widget.remove(),
        () => {},
      )
    },
  }
  Object.assign(globalThis, { Botyard: api })
  ready.catch((error) => {
    // Whoever reads the page has no use for it; whoever builds it does.
    console.error(
      'The chat widget is not shown. Check the name of the chatbot and its `allowedOrigins`.',
      error,
    )
  })
}

/** @returns {Promise<void>} */
function whenParsed() {
  if (document.readyState !== 'loading') return Promise.resolve()
  return new Promise((resolve) =>
    document.addEventListener('DOMContentLoaded', () => resolve(), { once: true }),
  )
}
