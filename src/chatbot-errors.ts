/** The rows of `ERRORS` about chatbots that are data, and about guests. */
export const CHATBOT_ERRORS = {
  chatbot_not_found: { status: 404, retryable: false, sentence: 'There is no chatbot of that id.' },
  chatbot_invalid: { status: 422, retryable: false, sentence: '{problem}' },
  chatbot_id_taken: {
    status: 409,
    retryable: false,
    sentence: 'There is a chatbot or bot of that id already.',
  },
  chatbot_archived: {
    status: 409,
    retryable: false,
    sentence: 'This chatbot is archived. Restore it first.',
  },
  chatbot_changed: {
    status: 412,
    retryable: false,
    sentence:
      'The chatbot was changed meanwhile and is at version {version} now. Read it again and repeat your change.',
  },
  chatbot_version_missing: {
    status: 428,
    retryable: false,
    sentence: 'Say which version you have read: send its `ETag` as `If-Match`.',
  },
  chatbot_revision_not_found: {
    status: 404,
    retryable: false,
    sentence: 'This chatbot has no revision of that number.',
  },
  chatbot_quota_exhausted: {
    status: 429,
    retryable: false,
    sentence:
      'This chatbot has used up its {tokens} tokens of the {period}. It answers again from {reset} on.',
  },
  need_auth: {
    status: 403,
    retryable: false,
    sentence: 'You have used your free messages. Please sign in to go on.',
  },
} as const
