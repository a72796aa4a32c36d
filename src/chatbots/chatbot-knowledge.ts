import { SHARED } from '../documents.ts'
import type { CollectionKey, Library } from '../knowledge/library.ts'
import type { Knowledge, KnowledgeSearch } from '../knowledge/knowledge.ts'
import type { Passage } from '../messages.ts'

/** The documents that a chatbot answers from; undefined when it has none to look into. */
export function toKnowledge(
  id: string,
  collections: readonly string[],
  library: Pick<Library, 'search'>,
): Knowledge | undefined {
  if (collections.length === 0) return undefined
  const names = [...new Set(collections)].toSorted()
  const keys = names
    .filter((name) => name !== 'people')
    .map((name): CollectionKey => ({ bot: name === 'own' ? id : name, owner: SHARED }))
  return Object.freeze({
    version: `documents:${names.join('+')}`,
    search: async (query: string, options: KnowledgeSearch) => {
      const { documents, limit, signal } = options
      const [shared, people] = await Promise.all([
        keys.length > 0 ? library.search(keys, query, { limit, signal }) : [],
        names.includes('people') ? documents?.search(query, { of: ['person'], limit, signal }) : [],
      ])
      return alternate(people ?? [], shared).slice(0, limit)
    },
  })
}

/** Scores of two searches cannot be compared, so the best of each come by turns. */
function alternate(one: readonly Passage[], other: readonly Passage[]): readonly Passage[] {
  const longest = Math.max(one.length, other.length)
  return Array.from({ length: longest }, (_, index) => [one[index], other[index]])
    .flat()
    .filter((passage) => passage !== undefined)
}
