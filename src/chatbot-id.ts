const CHATBOT_ID = /^(?:[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}|[\da-f]{24})$/

/**
 * The id in the form it is kept: a UUID, or the 24 hexadecimal digits that chatbots of guide 002 have, in lower case;
 * undefined when it is neither.
 */
export function parseChatbotId(text: string): string | undefined {
  const id = text.trim().toLowerCase()
  return CHATBOT_ID.test(id) ? id : undefined
}
