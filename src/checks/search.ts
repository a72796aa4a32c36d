import type { Check } from './check.ts'

export interface SearchContext {
  /** Names what searches documents; undefined when the environment cannot be read. Throws when it cannot be had. */
  readonly describe: (() => Promise<string>) | undefined
}

/** What finds passages in documents: the embedder, and where its vectors are. */
export const searchChecks: readonly Check<SearchContext>[] = [
  {
    id: 'knowledge.search',
    title: 'Search in documents',
    run: async ({ describe }) =>
      describe
        ? { status: 'pass', evidence: await describe() }
        : { status: 'skip', evidence: 'the environment has to be right first' },
  },
]
