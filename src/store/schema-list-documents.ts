import type { ExpectedTable } from './schema-list.ts'

/** The tables of documents and of the search in them. */
export const DOCUMENT_TABLES: Readonly<Record<string, ExpectedTable>> = {
  document_collections: {
    columns: { bot: 'text!', owner: 'text!', version: 'bigint!' },
  },
  documents: {
    columns: {
      id: 'uuid!',
      bot: 'text!',
      owner: 'text!',
      name: 'text!',
      type: 'text!',
      url: 'text',
      sha256: 'text!',
      size: 'bigint!',
      status: 'text!',
      progress: 'real!',
      error_code: 'text',
      error: 'text',
      attempts: 'integer!',
      run: 'uuid',
      indexed: 'integer!',
      passages: 'integer!',
      chunks: 'integer!',
      tokens: 'bigint!',
      added_at: 'timestamp with time zone!',
      changed_at: 'timestamp with time zone!',
    },
  },
  document_contents: {
    columns: { document_id: 'uuid!', part: 'integer!', bytes: 'bytea!' },
  },
  passages: {
    columns: {
      document_id: 'uuid!',
      position: 'integer!',
      heading: 'text!',
      text: 'text!',
      tokens: 'integer!',
    },
  },
  chunks: {
    columns: {
      id: 'bigint!',
      document_id: 'uuid!',
      position: 'integer!',
      passage: 'integer!',
      bot: 'text!',
      owner: 'text!',
      heading: 'text!',
      text: 'text!',
      lexemes: 'tsvector!',
    },
  },
  vector_space: {
    columns: { one: 'boolean!', embedder: 'text!', dimensions: 'integer!', way: 'text!' },
  },
  term_counts: {
    columns: { bot: 'text!', version: 'bigint!', counts: 'bytea!' },
  },
}
