import { createHash } from 'node:crypto'
import MiniSearch from 'minisearch'
import { AppError } from '../errors.ts'
import type { Passage } from '../messages.ts'
import type { Knowledge } from './knowledge.ts'
import { stemWord } from './stem-word.ts'

/** Results that fit much worse than the best one are noise to a model that has to answer from them. */
const LEAST_SHARE_OF_BEST = 0.2

/** What somebody asks has fewer words; whatever else a request may hold, no search takes longer. */
const MOST_WORDS = 300
/** Longer ones are no words of a language. */
const LONGEST_WORD = 40

/** How passages are cut into words, too. */
const splitIntoWords = MiniSearch.getDefault('tokenize') as (text: string) => string[]

/** Words too common to find anything by. */
const STOP_WORDS = new Set(
  (
    'a an and are as at be but by can could do does for from had has have how i if in into is it its me my of on or our ' +
    'she should so that the their them then there these they this to was we were what when where which who why will ' +
    'with would you your ' +
    'а без бы был была были было быть в вам вас во вот все всё вы где да для до его ее её если есть еще ещё же за и из ' +
    'или их к как какая какие какой ко когда кто ли мне мой моя мы на над нам нас не него нее неё нет ни но о об он она ' +
    'они оно от по под почему при про с сколько со так такое там то того тоже только тот ты у уже чего чем что чтобы ' +
    'эта эти это этот я'
  ).split(' '),
)

/**
 * Knowledge over a fixed list of passages, held in memory and searched by words (BM25, with endings of English and
 * Russian cut off and small typing errors forgiven). Made for lists of the size of a FAQ or a manual. Throws
 * `invalid_definition` when a passage has no text or no source.
 *
 * @example
 * const faq = passages([
 *   { source: 'Delivery', text: 'We deliver within three days. Delivery is free from 50 euros.' },
 *   { source: 'Returns', text: 'You can return a parcel within 30 days.' },
 * ])
 */
export function passages(list: readonly Passage[]): Knowledge {
  const kept = list.map((passage) => Object.freeze({ ...passage }))
  requireComplete(kept)
  const index = createIndex(kept)
  return Object.freeze({
    version: createHash('sha256').update(JSON.stringify(kept)).digest('hex').slice(0, 12),
    search: async (
      query: string,
      { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
    ) => {
      signal.throwIfAborted()
      const results = index.search(query)
      const least = (results[0]?.score ?? 0) * LEAST_SHARE_OF_BEST
      return results
        .filter(({ score }) => score >= least)
        .slice(0, limit)
        .flatMap(({ id }) => kept[Number(id)] ?? [])
    },
  })
}

function createIndex(list: readonly Passage[]): MiniSearch {
  const index = new MiniSearch({
    fields: ['heading', 'text', 'source'],
    processTerm: toTerm,
    searchOptions: {
      tokenize: toQueryWords,
      boost: { heading: 2, source: 0.5 },
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      prefix: (term) => term.length > 3,
      weights: { fuzzy: 0.2, prefix: 0.4 },
    },
  })
  index.addAll(list.map(({ text, heading = '', source }, id) => ({ id, text, heading, source })))
  return index
}

/** The words a question is searched by, each once. Every word costs a search, and a long one that of many misspellings. */
function toQueryWords(query: string): string[] {
  const words = new Set<string>()
  for (const whole of splitIntoWords(query.toLowerCase())) {
    const word = whole.slice(0, LONGEST_WORD)
    if (toTerm(word) !== null) words.add(word)
    if (words.size === MOST_WORDS) break
  }
  return [...words]
}

function toTerm(term: string): string | null {
  const word = term.toLowerCase().replaceAll('ё', 'е')
  return word === '' || STOP_WORDS.has(word) ? null : stemWord(word)
}

function requireComplete(list: readonly Passage[]): void {
  const at = list.findIndex(({ text, source }) => text.trim() === '' || source.trim() === '')
  if (at === -1) return
  const problem = `passages: entry ${at} has an empty \`${list[at]?.text.trim() === '' ? 'text' : 'source'}\`; fill it or leave the entry out.`
  throw new AppError('invalid_definition', { params: { problem } })
}
