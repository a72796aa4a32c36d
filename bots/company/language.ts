import type { AskedQuestion, Language } from 'botyard'

/** Names that say nothing about who writes them. */
const NEUTRAL = /\/\w+|menu:\w+|\b(?:inn|ogrn|pdf|html)\b/gi

/** The language of the answer: that of the words, of the words before, of the person's client; Russian otherwise. */
export function languageOf({ text, history, language }: AskedQuestion): Language {
  const said = history.flatMap((message) => (message.role === 'user' ? [message.text] : []))
  for (const words of [text, ...said.toReversed()]) {
    if (/\p{Script=Cyrillic}/u.test(words)) return 'ru'
    if (/[a-z]{3}/i.test(words.replaceAll(NEUTRAL, ''))) return 'en'
  }
  return language === undefined || /^(?:ru|be|uk|kk|ky|uz|tg|hy|az|ka)\b/i.test(language) ? 'ru' : 'en'
}
