import type { Message, Passage } from '../messages.ts'
import { traceSearch } from './trace-turn.ts'
import type { TurnFacts } from './turn-facts.ts'
import type { TurnInput } from './turn.ts'

interface SearchOptions {
  readonly signal: AbortSignal
  /** Is told how long the search took. */
  readonly facts: TurnFacts
}

/**
 * What the bot's knowledge has to say about the question, or what the caller gave in its place; undefined when nothing
 * was looked for, or the search failed: an answer without passages is better than none.
 */
export async function findPassages(
  { bot, services, question: asked, passages, onProblem }: TurnInput,
  question: Message | undefined,
  { signal, facts }: SearchOptions,
): Promise<readonly Passage[] | undefined> {
  const { knowledge } = bot
  if (passages) return passages
  if (!knowledge || question?.role !== 'user') return undefined
  const begun = performance.now()
  try {
    const { documents } = services
    return await traceSearch(bot.name, () =>
      knowledge.search(asked ?? question.text, { limit: 5, signal, documents }),
    )
  } catch (cause) {
    signal.throwIfAborted()
    onProblem({ what: 'knowledge-failed', cause })
    return undefined
  } finally {
    facts.searchMs = performance.now() - begun
  }
}
