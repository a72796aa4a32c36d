import { choice, keys, whole, yesOrNo } from './setting-types.ts'

const percentage = whole(0, 100)
const identifiers = keys.describe('identifiers, separated by commas')

/** The rows of `SETTINGS` about flags and rollouts. Operators change flags while the server runs; these are their begin. */
export const FLAG_SETTINGS = {
  STREAMING_ENABLED: {
    section: 'Rollouts',
    about: 'Stream answers of `/api/chat/query/stream`; `false` wins over whatever operators set.',
    type: yesOrNo,
    default: 'true',
  },
  STREAMING_ROLLOUT_PERCENTAGE: {
    section: 'Rollouts',
    about:
      'Share of people whose answers are streamed, until operators set another; the others get them whole.',
    type: percentage,
    default: '100',
  },
  STREAMING_WHITELIST: {
    section: 'Rollouts',
    about: 'Users or sessions whose answers are streamed at any percentage.',
    type: identifiers,
    example: 'user-1,user-2',
  },
  STREAMING_BLACKLIST: {
    section: 'Rollouts',
    about: 'Users or sessions whose answers are never streamed.',
    type: identifiers,
    example: 'user-3',
  },
  TTS_ROLLOUT_PERCENTAGE: {
    section: 'Rollouts',
    about: 'Share of people whose answers are spoken when they ask for it, until operators set another.',
    type: percentage,
    default: '100',
  },
  AB_TEST_STREAMING: {
    section: 'Rollouts',
    about:
      'Stream the answers of one half of the people, in place of the percentage, until operators set otherwise.',
    type: yesOrNo,
    default: 'false',
  },
  AB_TEST_VARIANT: {
    section: 'Rollouts',
    about: 'The half that gets streamed answers in that test.',
    type: choice(['a', 'b']),
    default: 'a',
  },
  METRICS_ENABLED: {
    section: 'Rollouts',
    about: 'Serve the numbers of `/api/metrics/streaming`.',
    type: yesOrNo,
    default: 'true',
  },
  ROLLOUTS_ENABLED: {
    section: 'Rollouts',
    about: 'Let rollouts choose revisions; `false` serves everybody the configured ones and judges nothing.',
    type: yesOrNo,
    default: 'true',
  },
  ROLLOUT_POLL_MS: {
    section: 'Rollouts',
    about:
      'How often a server looks for changes of flags, chatbots and rollouts made elsewhere, in milliseconds.',
    type: whole(20, 2_000),
    default: '1000',
  },
  ROLLOUT_EVALUATE_MS: {
    section: 'Rollouts',
    about: 'How often a running rollout is judged, in milliseconds, by one server of all.',
    type: whole(20, 60_000),
    default: '3000',
  },
} as const
