import type { DocumentScope } from '../documents.ts'
import { AppError } from '../errors.ts'
import type { Knowledge, KnowledgeSearch } from './knowledge.ts'

export interface DocumentsOptions {
  /**
   * Whose documents are searched: `bot` those that the operator gave the bot, `person` those that the person gave it (in
   * a group, the group). Default: both.
   */
  readonly of?: readonly DocumentScope[]
}

const SCOPES: readonly DocumentScope[] = ['bot', 'person']

/**
 * Knowledge from documents, given with `botyard ingest`, by upload, or by people in a chat. Who asks is bound by the
 * server: nobody is answered from a document of somebody else. Throws `invalid_definition`.
 *
 * @example
 * defineBot({ name: 'manual', instructions: 'Answer from the documents.', knowledge: documents({ of: ['bot'] }) })
 */
export function documents({ of = SCOPES }: DocumentsOptions = {}): Knowledge {
  const scopes = SCOPES.filter((scope) => of.includes(scope))
  if (scopes.length === 0 || scopes.length !== of.length) {
    const problem = `documents: \`of\` is ${JSON.stringify(of)}; list 'bot', 'person' or both.`
    throw new AppError('invalid_definition', { params: { problem } })
  }
  return Object.freeze({
    version: `documents:${scopes.join('+')}`,
    search: async (query: string, options: KnowledgeSearch) =>
      (await options.documents?.search(query, {
        of: scopes,
        limit: options.limit,
        signal: options.signal,
      })) ?? [],
  })
}
