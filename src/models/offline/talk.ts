import type { Language } from './language.ts'
import { compilePhrases } from './phrases.ts'
import type { Obstacle } from './plan.ts'
import { describeItem } from './results.ts'
import type { OfflineTool } from './tool.ts'
import { words } from './words.ts'

type SmallTalk = 'greeting' | 'thanks' | 'farewell' | 'howAreYou' | 'about'

const SMALL_TALK: readonly (readonly [SmallTalk, RegExp])[] = [
  [
    'about',
    compilePhrases(`
    help, /help, /start, what can you do, who are you, what are you, what is this, are you a bot, are
    you real, are you human, are you an ai, which model are you, what model are you, commands, помощь,
    помоги, что ты умеешь, что умеешь, что ты можешь, что вы умеете, кто ты, кто вы, ты кто, ты бот,
    какая ты модель, ты человек, команды`),
  ],
  ['howAreYou', compilePhrases("how are you, how's it going, как дела, как ты, как поживаешь")],
  ['thanks', compilePhrases('thanks, thank you, thx, cheers, спасибо, благодарю, спс')],
  ['farewell', compilePhrases('bye, goodbye, good night, see you, пока, до свидания, до встречи')],
  [
    'greeting',
    compilePhrases(`
    hi, hello, hey, good morning, good afternoon, good evening, greetings, howdy, привет, здравствуй,
    здравствуйте, добрый день, доброе утро, добрый вечер, приветствую`),
  ],
]

const SHORT_REPLIES = {
  en: {
    greeting: 'Hello! What can I do for you? Say “help” to see what I can do here.',
    thanks: 'You are welcome!',
    farewell: 'Goodbye!',
    howAreYou: 'All well, thank you. What can I do for you?',
  },
  ru: {
    greeting: 'Здравствуйте! Чем помочь? Напишите «помощь», и я расскажу, что здесь умею.',
    thanks: 'Пожалуйста!',
    farewell: 'До свидания!',
    howAreYou: 'Всё хорошо, спасибо. Чем помочь?',
  },
} as const satisfies Record<Language, Record<Exclude<SmallTalk, 'about'>, string>>

/** True when the message is nothing but such a phrase: then no word of it is a request for a tool. */
export function isSmallTalk(message: string): boolean {
  const bare = message.replaceAll(/^[\s\p{P}]+|[\s\p{P}]+$/gu, '')
  return SMALL_TALK.some(([, pattern]) => bare !== '' && pattern.exec(bare)?.[0] === bare)
}

/** What the bot gives the model to work with. */
interface Offer {
  readonly tools: readonly OfflineTool[]
  readonly hasDocuments: boolean
}

/** A short reply to a greeting, thanks and the like, or an account of itself; undefined for anything else. */
export function replyToSmallTalk(message: string, language: Language, offer: Offer): string | undefined {
  const kind = SMALL_TALK.find(([, pattern]) => pattern.test(message))?.[0]
  if (kind === undefined) return undefined
  // A greeting before a real question is not what to answer.
  if (words(message).length > (kind === 'about' ? 7 : 5)) return undefined
  return kind === 'about' ? describeSelf(language, offer) : SHORT_REPLIES[language][kind]
}

const SELF = {
  en: {
    intro:
      'I am Botyard’s built-in offline model. I run without a key and without network, and I have no real understanding of language: I recognise requests that fit what this bot offers.',
    tools: 'Here I can:',
    documents: 'I can also quote this bot’s documents, when a question shares words with them.',
    upgrade:
      'For real answers, connect a language model: set `OPENAI_API_KEY` (or `ANTHROPIC_API_KEY`, `COHERE_API_KEY`, `XAI_API_KEY`) and restart.',
    confused:
      'I found nothing I can answer that with: I am the offline model, without real understanding of language.',
    names: (names: string) => `I recognise requests for ${names}; say “help” to see more.`,
  },
  ru: {
    intro:
      'Я встроенная офлайн-модель Botyard. Я работаю без ключа и без сети и по-настоящему язык не понимаю: я узнаю просьбы, которые подходят к возможностям этого бота.',
    tools: 'Здесь я умею:',
    documents: 'Ещё я цитирую документы этого бота, если в вопросе есть слова из них.',
    upgrade:
      'Для настоящих ответов подключите языковую модель: задайте `OPENAI_API_KEY` (или `ANTHROPIC_API_KEY`, `COHERE_API_KEY`, `XAI_API_KEY`) и перезапустите сервер.',
    confused: 'Мне нечем на это ответить: я офлайн-модель и по-настоящему язык не понимаю.',
    names: (names: string) => `Я узнаю просьбы для ${names}; напишите «помощь», чтобы узнать больше.`,
  },
} as const

/** What it is, what it can do here, and how to get a real model. */
function describeSelf(language: Language, { tools, hasDocuments }: Offer): string {
  const texts = SELF[language]
  const list = tools.map(({ name, description }) => `- **${name}**: ${firstSentence(description)}`).join('\n')
  const abilities = tools.length > 0 ? [`${texts.tools}\n\n${list}`] : []
  const quotes = hasDocuments ? [texts.documents] : []
  return [texts.intro, ...abilities, ...quotes, texts.upgrade].join('\n\n')
}

/** The answer when nothing fits: short, and honest about why. */
export function describeConfusion(language: Language, tools: readonly OfflineTool[]): string {
  const texts = SELF[language]
  const names = tools.slice(0, 8).map(({ name }) => `\`${name}\``)
  const abilities = names.length > 0 ? [texts.names(names.join(', '))] : []
  return [[texts.confused, ...abilities].join(' '), texts.upgrade].join('\n\n')
}

const NOT_IN_DOCUMENTS = {
  en: 'I found nothing about that in the documents.',
  ru: 'В документах об этом ничего нет.',
} as const

const OTHER_LANGUAGE = {
  en: 'They are written in Russian, and I compare words only: try asking in Russian.',
  ru: 'Они написаны по-английски, а я сравниваю только слова: попробуйте спросить по-английски.',
} as const

/** The answer when the passages hold none. */
export function describeAbsence(language: Language, documents: Language): string {
  const texts = [NOT_IN_DOCUMENTS[language], language === documents ? undefined : OTHER_LANGUAGE[language]]
  return texts.filter((text) => text !== undefined).join(' ')
}

const QUESTIONS = {
  en: {
    missing: (what: string, hint: string) => `What should I use for **${what}**?${hint}`,
    which: (what: string) => `Which one do you mean by “${what}”?`,
    absent: (what: string) => `I found nothing that fits “${what}”.`,
    there: 'There is:',
  },
  ru: {
    missing: (what: string, hint: string) => `Уточните **${what}**, пожалуйста: без этого я не могу.${hint}`,
    which: (what: string) => `Что именно вы имеете в виду под «${what}»?`,
    absent: (what: string) => `Ничего похожего на «${what}» не нашлось.`,
    there: 'Есть:',
  },
} as const

/** Says what stands in the way of a request, and asks for it. */
export function describeObstacle(obstacle: Obstacle, language: Language): string {
  const texts = QUESTIONS[language]
  if (obstacle.kind === 'missing') {
    const { name, description, values } = obstacle.parameter
    const hint = description || values.join(', ')
    return texts.missing(name.replaceAll('_', ' '), hint ? ` (${hint.replace(/\.$/, '')})` : '')
  }
  const options = obstacle.items
    .slice(0, 10)
    .map(({ fields }) => `- ${describeItem(fields, language)}`)
    .join('\n')
  if (obstacle.kind === 'ambiguous') return `${texts.which(obstacle.reference)}\n\n${options}`
  return [texts.absent(obstacle.reference), options ? `${texts.there}\n\n${options}` : '']
    .filter(Boolean)
    .join(' ')
}

function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/su.exec(text)?.[0] ?? text
}
