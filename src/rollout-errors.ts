/** Rows of the error table about flags and rollouts. */
export const ROLLOUT_ERRORS = {
  flag_unknown: { status: 404, retryable: false, sentence: 'Unknown feature: {feature}' },
  flag_invalid: { status: 400, retryable: false, sentence: '{problem}' },
  rollout_not_found: { status: 404, retryable: false, sentence: 'There is no rollout of the bot "{bot}".' },
  rollout_refused: { status: 409, retryable: false, sentence: '{problem}' },
} as const
