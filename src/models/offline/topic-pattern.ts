import { compilePhrases } from './phrases.ts'
import { TOPICS } from './vocabulary.ts'

/** The words a thing goes by: those of the vocabulary, or the word itself. */
export function topicPattern(topics: readonly string[]): RegExp {
  const known = topics.map((topic) => TOPICS.get(topic)?.source ?? compilePhrases(`${topic}*`).source)
  return known.length > 0 ? new RegExp(known.join('|'), 'iu') : /(?!)/u
}
