import { z } from 'zod'
import { anyText, decimal, keys, redisUrl, timeZone, webUrl, whole, yesOrNo } from './setting-types.ts'

/** The rows of `SETTINGS` about accounts, the REST API, tasks, and how often somebody may ask. */
export const ACCESS_SETTINGS = {
  REST_BOT: {
    section: 'Channels',
    about:
      'The bot that answers `POST /api/{user_id}/chat`; without it the bot `todo` when it is served, else the default bot.',
    type: anyText,
    example: 'todo',
  },
  CHAT_TIMEOUT: {
    section: 'Channels',
    about: 'How long an answer of `POST /api/{user_id}/chat` may take, in seconds.',
    type: decimal(0.1, 3_600),
    default: '30',
  },

  JWT_SECRET: {
    section: 'Accounts',
    about:
      'Signs the tokens of people who sign in, 32 characters or more; without it a development server makes its own, and a production server has no accounts.',
    type: anyText,
    example: 'the-output-of-openssl-rand-base64-48',
    secret: true,
  },
  JWT_PREVIOUS_SECRETS: {
    section: 'Accounts',
    about: 'Earlier values of `JWT_SECRET` whose tokens stay valid until they expire.',
    type: keys,
    secret: true,
  },
  JWT_ALGORITHM: {
    section: 'Accounts',
    about: 'How tokens are signed.',
    type: z.enum(['HS256', 'HS384', 'HS512']).describe('`HS256`, `HS384` or `HS512`'),
    default: 'HS256',
  },
  JWT_EXPIRATION_DAYS: {
    section: 'Accounts',
    about: 'How long a person stays signed in, in days.',
    type: decimal(0.001, 3_650),
    default: '7',
  },
  JWT_ISSUER: {
    section: 'Accounts',
    about: 'Who issues the tokens: their claim `iss`.',
    type: anyText,
    default: 'botyard',
  },
  JWT_AUDIENCE: {
    section: 'Accounts',
    about: 'Whom the tokens are for: their claim `aud`.',
    type: anyText,
    default: 'botyard',
  },
  JWKS_URL: {
    section: 'Accounts',
    about:
      'Where another issuer publishes its keys; its tokens (RS256, ES256, EdDSA) are then accepted beside our own.',
    type: webUrl,
    example: 'https://login.example.com/.well-known/jwks.json',
  },
  JWKS_ISSUER: {
    section: 'Accounts',
    about: 'The claim `iss` of the other issuer; needed with `JWKS_URL`.',
    type: anyText,
    example: 'https://login.example.com/',
  },
  JWKS_AUDIENCE: {
    section: 'Accounts',
    about: 'The claim `aud` by which the other issuer names this server; needed with `JWKS_URL`.',
    type: anyText,
    example: 'botyard',
  },
  SIGN_UP: {
    section: 'Accounts',
    about: 'Whether people may make accounts for themselves.',
    type: yesOrNo,
    default: 'true',
  },

  REDIS_URL: {
    section: 'Limits',
    about:
      'Redis 7 for limits and caches that all replicas share; without it each process counts for itself. While it is away the server goes on, slower.',
    type: redisUrl,
    example: 'redis://localhost:6379',
    secret: true,
  },
  RATE_LIMIT_PER_SECOND: {
    section: 'Limits',
    about:
      'Requests a second to the REST API that one address, and one signed-in user, may send in the long run; 0 for no limit.',
    type: whole(0, 1_000_000),
    default: '10',
  },
  RATE_LIMIT_BURST: {
    section: 'Limits',
    about: 'Requests one address or user may send at once above that.',
    type: whole(0, 1_000_000),
    default: '20',
  },
  CHAT_RATE_LIMIT_PER_MINUTE: {
    section: 'Limits',
    about: 'Requests a minute to `/api/chat` that one address may send; 0 for no limit.',
    type: whole(0, 1_000_000),
    default: '100',
  },
  STREAM_RATE_LIMIT_PER_MINUTE: {
    section: 'Limits',
    about: 'Streamed answers a minute that one address may ask for; 0 for no limit.',
    type: whole(0, 1_000_000),
    default: '30',
  },

  TIME_ZONE: {
    section: 'Tasks',
    about: 'Where people are who have not chosen a time zone; "tomorrow at 9" is read and shown there.',
    type: timeZone,
    default: 'UTC',
    example: 'Europe/Berlin',
  },
  MAX_TASKS_PER_PERSON: {
    section: 'Tasks',
    about: 'Tasks that one person may have, done ones included.',
    type: whole(1, 1_000_000),
    default: '1000',
  },
} as const
