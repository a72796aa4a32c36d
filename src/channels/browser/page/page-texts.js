import { language, texts } from '../texts.js'

const english = {
  skip: 'Skip to the message box',
  chooseBot: 'Bot',
  theme: 'Switch between light and dark',
  hint: 'Enter sends, Shift + Enter starts a new line, Esc stops the answer.',
  introduction: 'Ask a question or pick one below. Nothing is sent until you do.',
  introductionAlone: 'Ask a question to begin.',
}

/** @type {typeof english} */
const russian = {
  skip: 'Перейти к полю сообщения',
  chooseBot: 'Бот',
  theme: 'Переключить светлую и тёмную тему',
  hint: 'Enter — отправить, Shift + Enter — новая строка, Esc — остановить ответ.',
  introduction: 'Задайте вопрос или выберите один из готовых.',
  introductionAlone: 'Задайте вопрос, чтобы начать.',
}

/** What the page says, in the language of the reader. */
export const pageTexts = { ...texts, ...{ en: english, ru: russian }[language] }

/** Puts the texts where the page asks for them: `data-text`, `data-label` and `data-placeholder`. */
export function translatePage() {
  document.documentElement.lang = language
  for (const element of document.querySelectorAll('[data-text]'))
    element.textContent = textOf(element, 'text')
  for (const element of document.querySelectorAll('[data-label]')) {
    const label = textOf(element, 'label')
    element.setAttribute('aria-label', label)
    if (element instanceof HTMLButtonElement) element.title = label
  }
  for (const element of document.querySelectorAll('[data-placeholder]'))
    element.setAttribute('placeholder', textOf(element, 'placeholder'))
}

/**
 * @param {Element} element
 * @param {string} attribute
 * @returns {string}
 */
function textOf(element, attribute) {
  const key = element.getAttribute(`data-${attribute}`) ?? ''
  return /** @type {Record<string, string>} */ (pageTexts)[key] ?? ''
}
