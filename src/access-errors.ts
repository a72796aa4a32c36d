/** The rows of `ERRORS` about accounts, the REST API and how often somebody may ask. */
export const ACCESS_ERRORS = {
  token_invalid: { status: 401, retryable: false, sentence: 'Invalid or expired token' },
  credentials_invalid: { status: 401, retryable: false, sentence: 'Invalid email or password' },
  email_taken: { status: 400, retryable: false, sentence: 'Email already registered' },
  forbidden: { status: 403, retryable: false, sentence: 'This account may not do that.' },
  origin_not_allowed: {
    status: 403,
    retryable: false,
    sentence: 'Pages of this site may not speak to this chatbot.',
  },
  foreign_user: { status: 403, retryable: false, sentence: "Cannot access other users' conversations" },
  foreign_tasks: { status: 403, retryable: false, sentence: "Cannot access other users' tasks" },
  conversation_not_found: { status: 404, retryable: false, sentence: 'Conversation not found' },
  conversation_id_invalid: { status: 400, retryable: false, sentence: 'Invalid conversation ID format' },
  identity_not_found: {
    status: 404,
    retryable: false,
    sentence: 'Nothing of that name is linked to your account.',
  },
  link_code_invalid: {
    status: 400,
    retryable: false,
    sentence: 'This code is wrong, used or expired. Get a new one and send it within ten minutes.',
  },
  sign_in_throttled: {
    status: 429,
    retryable: true,
    sentence: 'Too many failed attempts to sign in. Please wait a few minutes and try again.',
  },
  sign_in_busy: {
    status: 429,
    retryable: true,
    sentence: 'Very many people are signing in right now. Please try again in a moment.',
  },
  sign_up_throttled: {
    status: 429,
    retryable: true,
    sentence: 'Too many accounts were made from this address. Please try again later.',
  },
  sign_up_closed: {
    status: 403,
    retryable: false,
    sentence: 'This server takes no new accounts. Ask its operator for one.',
  },
  sign_in_unavailable: {
    status: 503,
    retryable: true,
    sentence: 'Whether you are signed in cannot be checked right now. Please try again in a moment.',
  },
  agent_timeout: { status: 504, retryable: true, sentence: 'Agent took too long. Please try again.' },
  agent_unavailable: {
    status: 502,
    retryable: true,
    sentence: "I'm having trouble thinking right now. Please try again.",
  },
  agent_storage_unavailable: {
    status: 503,
    retryable: true,
    sentence: "I'm having trouble accessing your tasks. Please try again.",
  },
  chat_rate_limited: {
    status: 429,
    retryable: true,
    sentence: "Whoa! You're chatting a bit too fast. Please wait and try again in a few minutes. ⏳",
  },
  stream_rate_limited: {
    status: 429,
    retryable: true,
    sentence: 'Streaming rate limit exceeded. Please wait before starting a new stream.',
  },
  rate_limited: {
    status: 429,
    retryable: true,
    sentence: 'Too many requests. Please wait a moment and try again.',
  },
} as const
