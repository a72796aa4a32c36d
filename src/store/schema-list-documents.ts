import type { ExpectedTable } from './schema-list.ts'

/** The tables of documents and of the search in them. */
export const DOCUMENT_TABLES: Readonly<Record<string, ExpectedTable>> = {
  document_collections: {
    columns: { bot: 'text!', owner: 'text!', version: 'bigint!' },
    indexes: ['document_collections_pkey'],
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
    indexes: [
      'documents_pkey',
      'documents_ready',
      'documents_incoming',
      'documents_by_hash',
      'documents_unfinished',
    ],
  },
  document_contents: {
    columns: { document_id: 'uuid!', part: 'integer!', bytes: 'bytea!' },
    indexes: ['document_contents_pkey'],
  },
  passages: {
    columns: {
      document_id: 'uuid!',
      position: 'integer!',
      heading: 'text!',
      text: 'text!',
      tokens: 'integer!',
    },
    indexes: ['passages_pkey'],
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
    indexes: ['chunks_pkey', 'chunks_by_position', 'chunks_by_collection', 'chunks_by_lexeme'],
  },
  vector_space: {
    columns: { one: 'boolean!', embedder: 'text!', dimensions: 'integer!', way: 'text!' },
    indexes: ['vector_space_pkey'],
  },
  term_counts: {
    columns: { bot: 'text!', version: 'bigint!', counts: 'bytea!' },
    indexes: ['term_counts_pkey'],
  },
}
