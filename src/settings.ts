import type { z } from 'zod'
import { ACCESS_SETTINGS } from './access-settings.ts'
import { BITRIX24_SETTINGS } from './bitrix24-settings.ts'
import { COMPANY_SETTINGS } from './company-settings.ts'
import { CHATBOT_SETTINGS } from './chatbot-settings.ts'
import { FLAG_SETTINGS } from './flag-settings.ts'
import { KNOWLEDGE_SETTINGS } from './knowledge-settings.ts'
import { MODEL_SETTINGS } from './model-settings.ts'
import { OBSERVE_SETTINGS } from './observe-settings.ts'
import { POE_SETTINGS } from './poe-settings.ts'
import { SEARCH_SETTINGS } from './search-settings.ts'
import {
  anyText,
  choice,
  clamped,
  databaseUrl,
  decimal,
  keys,
  logLevel,
  origins,
  proxies,
  webUrl,
  whole,
  yesOrNo,
} from './setting-types.ts'
import { TELEGRAM_SETTINGS } from './telegram-settings.ts'
import { VOICE_SETTINGS } from './voice-settings.ts'

/** One environment variable: how it is read and what the pages say about it. */
export interface Setting {
  readonly section: Section
  /** One sentence for `.env.example` and the configuration page. */
  readonly about: string
  /** Turns the text of the variable into its value; its description says what text is accepted. */
  readonly type: z.ZodType<unknown, string>
  /** Written as in the environment. Absent: the value may be missing. */
  readonly default?: string
  /** Takes the place of `default` when NODE_ENV is `production`. */
  readonly productionDefault?: string
  readonly example?: string
  /** The value is never logged, shown or put into a page. */
  readonly secret?: true
  /** Other names that are read when the variable itself is not set; the first that is set wins. */
  readonly aliases?: readonly string[]
}

export type Section =
  | 'Server'
  | 'Database'
  | 'Models'
  | 'Channels'
  | 'Knowledge'
  | 'Voice'
  | 'Tasks'
  | 'Accounts'
  | 'Companies'
  | 'Limits'
  | 'Rollouts'
  | 'Operation'

/**
 * Every environment variable Botyard reads, in the order of the pages. `src/config.ts` reads them; `.env.example`
 * and `docs/configuration.md` are written from this table.
 */
export const SETTINGS = {
  NODE_ENV: {
    section: 'Server',
    about: 'Chooses the defaults: `production` is strict and listens on every interface.',
    type: choice(['development', 'production', 'test']),
    default: 'development',
  },
  HOST: {
    section: 'Server',
    about: 'The address to listen on; `127.0.0.1` is reachable from this computer only.',
    type: anyText,
    default: '127.0.0.1',
    productionDefault: '0.0.0.0',
  },
  PORT: {
    section: 'Server',
    about: 'The port to listen on; 0 takes any free one.',
    type: whole(0, 65_535),
    default: '5000',
  },
  APP_URL: {
    section: 'Server',
    about: 'Where people reach this server, for links it gives out.',
    type: webUrl,
    example: 'https://bots.example.com',
  },
  CORS_ORIGINS: {
    section: 'Server',
    about: 'Web pages of other origins that may call this server; `*` (any) is refused in production.',
    type: origins,
    example: 'https://app.example.com,https://www.example.com',
    aliases: ['CORS_ORIGIN', 'ALLOWED_ORIGINS'],
  },
  TRUST_PROXY: {
    section: 'Server',
    about:
      'Believe what the reverse proxy before this server says in `X-Forwarded-*`: of the addresses there the last one, which the proxy itself has written. Not without a proxy.',
    type: proxies,
    default: 'false',
  },
  MAX_BODY_BYTES: {
    section: 'Server',
    about: 'The largest request body that is read, in bytes.',
    type: whole(1_024, 1_073_741_824),
    default: '1048576',
  },
  HTTP_KEEP_ALIVE_TIMEOUT: {
    section: 'Server',
    about: 'How long an idle connection stays open, in milliseconds; longer than that of the proxy in front.',
    type: whole(0, 3_600_000),
    default: '65000',
  },
  HTTP_HEADERS_TIMEOUT: {
    section: 'Server',
    about: 'How long a client may take to send its headers, in milliseconds.',
    type: whole(1, 3_600_000),
    default: '66000',
  },
  MAX_RUNNING_TURNS: {
    section: 'Server',
    about: 'Answers written at the same time; a request above that gets 503 and may try again.',
    type: whole(1, 1_000_000),
    default: '1000',
  },
  DRAIN_TIMEOUT_MS: {
    section: 'Server',
    about: 'How long running answers may take to end after the signal to stop, in milliseconds.',
    type: whole(0, 3_600_000),
    default: '25000',
  },
  DRAIN_LINGER_MS: {
    section: 'Server',
    about:
      'How long requests are still taken after the signal to stop, so that a load balancer can look away, in milliseconds.',
    type: whole(0, 60_000),
    default: '0',
    productionDefault: '1500',
  },
  HEALTH_OK_WORD: {
    section: 'Server',
    about:
      'The status `/health` reports when all is well; monitors of older servers look for one word or the other.',
    type: choice(['healthy', 'ok']),
    default: 'healthy',
  },
  LOG_LEVEL: {
    section: 'Server',
    about: 'The least important lines to log.',
    type: logLevel,
    default: 'info',
  },

  DATABASE_URL: {
    section: 'Database',
    about: 'The PostgreSQL to use; without it an embedded one keeps its files in `DATA_DIR`.',
    type: databaseUrl,
    example: 'postgresql://botyard:password@localhost:5432/botyard',
    secret: true,
  },
  DATA_DIR: {
    section: 'Database',
    about: 'The folder of the embedded database; one process at a time.',
    type: anyText,
    default: './.botyard/data',
  },
  DATABASE_POOL_SIZE: {
    section: 'Database',
    about: 'Connections to PostgreSQL that one process opens at most.',
    type: whole(1, 1_000),
    default: '10',
  },
  DATABASE_TIMEOUT: {
    section: 'Database',
    about: 'How long one query may take, in seconds.',
    type: decimal(0.1, 3_600),
    default: '5',
  },
  DATABASE_CONNECT_TIMEOUT_SECONDS: {
    section: 'Database',
    about: 'How long opening a connection may take, in seconds; values outside 1 to 30 count as 1 or 30.',
    type: clamped(1, 30),
    default: '5',
  },
  DATABASE_REQUIRED_ON_STARTUP: {
    section: 'Database',
    about:
      'Without the database the server does not start; with `false` it listens, says in its probes what is missing, and serves once that is there.',
    type: yesOrNo,
    default: 'true',
  },
  DATABASE_MIGRATE: {
    section: 'Database',
    about: 'Run pending migrations when the server starts; otherwise run `botyard migrate up` before it.',
    type: yesOrNo,
    default: 'true',
  },
  EVENT_LOG_HOURS: {
    section: 'Database',
    about: 'How long the events of an answer are kept for clients that resume it, in hours; messages stay.',
    type: whole(1, 8_760),
    default: '24',
  },

  ...MODEL_SETTINGS,

  INBOX_CONCURRENCY: {
    section: 'Channels',
    about:
      'Conversations of channels such as Telegram that one process answers at the same time; keep it below `MAX_RUNNING_TURNS`.',
    type: whole(1, 100_000),
    default: '50',
  },
  INBOX_DAYS: {
    section: 'Channels',
    about:
      'How long messages of such channels are kept after they were answered or given up, in days; so long a redelivery is recognised.',
    type: whole(1, 3_650),
    default: '7',
  },
  API_KEYS: {
    section: 'Channels',
    about:
      'Keys the OpenAI-compatible endpoint accepts; without any it is open in development and off in production.',
    type: keys,
    example: 'a-long-random-key,another-long-random-key',
    secret: true,
  },
  ...TELEGRAM_SETTINGS,
  ...BITRIX24_SETTINGS,
  ...POE_SETTINGS,
  ...KNOWLEDGE_SETTINGS,
  ...SEARCH_SETTINGS,
  ...VOICE_SETTINGS,
  ...COMPANY_SETTINGS,
  ...ACCESS_SETTINGS,
  ...OBSERVE_SETTINGS,
  ...CHATBOT_SETTINGS,
  ...FLAG_SETTINGS,
} as const satisfies Record<string, Setting>

/** The name of an environment variable of Botyard. */
export type SettingName = keyof typeof SETTINGS

/** The same table with every optional column, for code that walks over it. */
export const SETTING_ROWS: readonly (readonly [string, Setting])[] = Object.entries<Setting>(SETTINGS)
