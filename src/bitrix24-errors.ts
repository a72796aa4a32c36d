/** Rows of the error table about Bitrix24. */
export const BITRIX24_ERRORS = {
  bitrix_oauth_refused: { status: 400, retryable: false, sentence: 'OAuth error: {problem}' },
  bitrix_code_missing: { status: 400, retryable: false, sentence: 'Missing authorization code' },
  bitrix_not_administrator: {
    status: 403,
    retryable: false,
    sentence:
      'Only an administrator of the Bitrix24 portal can authorize the application. Sign in at the portal as one and begin again at /oauth/bitrix/start.',
  },
  bitrix_state_invalid: {
    status: 400,
    retryable: false,
    sentence:
      'This authorization was not begun in this browser, is used up or has expired. Begin again at /oauth/bitrix/start.',
  },
  bitrix_portal_unknown: {
    status: 400,
    retryable: false,
    sentence: 'This Bitrix24 portal is not configured.',
  },
} as const
