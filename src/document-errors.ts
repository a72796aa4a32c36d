import type { ErrorEntry } from './errors.ts'

/** The rows of `ERRORS` about taking documents in. */
export const DOCUMENT_ERRORS = {
  document_type_unknown: {
    status: 415,
    retryable: false,
    sentence: 'This kind of file cannot be read. Send PDF, DOCX, EPUB, HTML, Markdown, CSV or plain text.',
  },
  document_too_large: { status: 413, retryable: false, sentence: 'The document is too large: {problem}.' },
  document_empty: {
    status: 422,
    retryable: false,
    sentence: 'No text was found in this document. A scan has to be turned into text first.',
  },
  document_encrypted: {
    status: 422,
    retryable: false,
    sentence: 'This document is protected by a password. Send it without one.',
  },
  document_damaged: {
    status: 422,
    retryable: false,
    sentence: 'This document is damaged or not what its name says, and cannot be read.',
  },
  document_too_slow: {
    status: 422,
    retryable: false,
    sentence: 'Reading this document took longer than {limit} seconds. Send it in smaller parts.',
  },
  document_not_found: { status: 404, retryable: false, sentence: 'There is no document of that name.' },
  collection_full: {
    status: 422,
    retryable: false,
    sentence: 'There is no room for this document: {problem}.',
  },
  address_refused: { status: 400, retryable: false, sentence: 'This address is not read: {problem}.' },
  address_unreadable: {
    status: 502,
    retryable: true,
    sentence: 'This address could not be read: {problem}.',
  },
} as const satisfies Record<string, ErrorEntry>
