/** Rows of the error table about flags and rollouts. */
export const ROLLOUT_ERRORS = {
  flag_unknown: { status: 404, retryable: false, sentence: 'Unknown feature: {feature}' },
  flag_invalid: { status: 400, retryable: false, sentence: '{problem}' },
  rollout_bot_not_found: {
    status: 404,
    retryable: false,
    sentence:
      'There is no bot "{bot}": it is none of the bots in code ({bots}), and not the id of a published chatbot.',
  },
  rollout_not_found: {
    status: 404,
    retryable: false,
    sentence: 'The bot "{bot}" has no rollout yet. Begin one with `botyard rollout start {bot}`.',
  },
  rollout_refused: { status: 409, retryable: false, sentence: '{problem}' },
} as const
