import { defineBot, type Bot } from '../bot.ts'
import { AppError } from '../errors.ts'
import type { Library } from '../knowledge/library.ts'
import { invalidChatbot, type ChatbotFields } from './chatbot-fields.ts'
import { toKnowledge } from './chatbot-knowledge.ts'

/**
 * The bot that a chatbot is: the same kind of value as a bot in code, named by the id. Throws `chatbot_invalid` by the
 * rules of `defineBot`.
 */
export function toBot(id: string, fields: ChatbotFields, library: Pick<Library, 'search'>): Bot {
  const { name, language, instructions, knowledge = ['own'], voice, listed: _, ...rest } = fields
  const found = toKnowledge(id, knowledge, library)
  try {
    return defineBot({
      ...rest,
      name: id,
      title: name,
      instructions: language ? `${instructions}\n\n${speakIn(language)}` : instructions,
      ...(found && { knowledge: found }),
      takesDocuments: knowledge.includes('people'),
      ...((voice || language) && { voice: { ...(language && { language }), ...voice } }),
    })
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'invalid_definition') throw error
    const problem = error.message.replace('defineBot: ', '').replaceAll(` of "${id}"`, '')
    throw invalidChatbot(problem, error)
  }
}

function speakIn(language: string): string {
  const named = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'code' }).of(language) ?? language
  return `Answer in ${named}, unless the person writes in another language.`
}
