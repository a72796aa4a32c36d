import { detectLanguage, type Language } from './language.ts'

/** Longer instructions are read up to here. */
const READ_CHARACTERS = 20_000

const RULE = /(?:anything else|something else|off[- ]topic|unrelated)[^\n]{0,80}?(?:answer|reply|say)[^\n]*/iu

/**
 * What the bot's instructions tell to answer to anything else: the quoted sentence of a line such as `If the person
 * asks for anything else, answer: "…"`, in the language of the person when there are several. Undefined when they
 * tell nothing.
 */
export function readRefusal(instructions: string, language: Language): string | undefined {
  const line = RULE.exec(instructions.slice(0, READ_CHARACTERS))?.[0] ?? ''
  const quoted = [...line.matchAll(/"([^"]+)"|“([^”]+)”|«([^»]+)»/gu)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  )
  return quoted.find((sentence) => detectLanguage([sentence]) === language) ?? quoted[0]
}
