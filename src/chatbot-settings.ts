import { addresses, decimal, whole } from './setting-types.ts'

/** The rows of `SETTINGS` about chatbots that are data, guests, and who is not limited. */
export const CHATBOT_SETTINGS = {
  CHATBOT_TOKENS_PER_DAY: {
    section: 'Limits',
    about:
      'Tokens that a chatbot of the database may use in a day (UTC), when it has no quota of its own; 0 for no limit.',
    type: whole(0, Number.MAX_SAFE_INTEGER),
    default: '0',
  },
  CHATBOT_TOKENS_PER_MONTH: {
    section: 'Limits',
    about: 'The same in a month.',
    type: whole(0, Number.MAX_SAFE_INTEGER),
    default: '0',
  },
  GUEST_WINDOW_HOURS: {
    section: 'Limits',
    about: 'So long after the first of them a guest has all `freeMessages` of a bot again.',
    type: decimal(0.001, 8_760),
    default: '24',
  },
  SESSION_RATE_LIMIT_PER_MINUTE: {
    section: 'Limits',
    about: 'Messages a minute to `/api/chat` in one session; 0 for no limit.',
    type: whole(0, 1_000_000),
    default: '30',
  },
  RATE_LIMIT_EXEMPT: {
    section: 'Limits',
    about: 'Addresses whose requests are not counted, such as an office or a monitor.',
    type: addresses,
    example: '203.0.113.7, 10.0.0.0/8',
    aliases: ['RATE_LIMIT_IP_WHITELIST', 'WHITELISTED_IPS'],
  },
} as const
