import { request } from '../api.js'
import { script } from '../embedding.js'

/**
 * What the server says of a bot.
 *
 * @typedef {object} SiteConfig
 * @property {string} id
 * @property {string} title
 * @property {string} greeting
 * @property {string[]} suggestions
 * @property {string} [launcher]
 * @property {string} [color]
 * @property {string} [authUrl]
 * @property {boolean} voice Answers can be spoken.
 */

/**
 * How the widget looks: what the script tag says comes before what the server says.
 *
 * @typedef {SiteConfig & { position: string, theme: string, launcher: string }} WidgetConfig
 */

/** The bot that the script tag names: `?chatbot=` of its address, or `data-chatbot`. */
export function chatbotOfTag() {
  if (!script) return ''
  return new URL(script.src).searchParams.get('chatbot') ?? script.dataset['chatbot'] ?? ''
}

/**
 * @param {string} chatbot
 * @returns {Promise<WidgetConfig>}
 */
export async function fetchConfig(chatbot) {
  const response = await request(`widget/config?chatbot=${encodeURIComponent(chatbot)}`)
  /** @type {SiteConfig} */
  const site = await response.json()
  const { title, greeting, color, launcher, position, theme } = script?.dataset ?? {}
  return {
    ...site,
    title: title || site.title,
    greeting: greeting ?? site.greeting,
    launcher: launcher ?? site.launcher ?? '',
    position: position === 'bottom-left' ? position : 'bottom-right',
    theme: theme === 'light' || theme === 'dark' ? theme : 'auto',
    ...(color && { color }),
  }
}
