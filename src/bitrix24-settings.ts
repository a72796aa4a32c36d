import { bitrixDomain, bitrixPortals, tokenKeys } from './bitrix24-setting-types.ts'
import { anyText, choice, clamped, decimal, webUrl, yesOrNo } from './setting-types.ts'

/** The rows of `SETTINGS` about Bitrix24. */
export const BITRIX24_SETTINGS = {
  BITRIX_DOMAIN: {
    section: 'Channels',
    about: 'The Bitrix24 portal, with or without `https://`; without it the Bitrix24 channel is off.',
    type: bitrixDomain,
    example: 'https://example.bitrix24.ru',
  },
  BITRIX_CLIENT_ID: {
    section: 'Channels',
    about: 'The client id of the local application of the portal, `client_id`.',
    type: anyText,
    example: 'local.0a1b2c3d4e5f67.89012345',
  },
  BITRIX_CLIENT_SECRET: {
    section: 'Channels',
    about: 'The key of the application, `client_secret`.',
    type: anyText,
    example: 'the-key-of-the-application',
    secret: true,
  },
  BITRIX_REDIRECT_URL: {
    section: 'Channels',
    about:
      'Where the portal sends people back to, as the application says it; also tells where this server is reached when `APP_URL` does not.',
    type: webUrl,
    example: 'https://bots.example.com/oauth/bitrix/callback',
  },
  BITRIX_MORE_PORTALS: {
    section: 'Channels',
    about: 'Further portals, each with an application of its own.',
    type: bitrixPortals,
    example: 'other.bitrix24.ru=local.0a1b:the-key-of-that-application',
    secret: true,
  },
  BITRIX_BOT: {
    section: 'Channels',
    about: 'The bot that answers on Bitrix24; without it the default bot.',
    type: anyText,
    example: 'company',
  },
  ENABLE_BITRIX: {
    section: 'Channels',
    about: 'Whether Bitrix24 is served when it is configured.',
    type: yesOrNo,
    default: 'true',
  },
  BITRIX_MODE: {
    section: 'Channels',
    about:
      'How messages come from Bitrix24: `fetch` asks the portal for them and loses none, `webhook` is quicker and loses what comes while no server is up; `auto` is fetch.',
    type: choice(['auto', 'fetch', 'webhook']),
    default: 'auto',
  },
  BITRIX_FETCH_SECONDS: {
    section: 'Channels',
    about:
      'How long to wait between two fetches that brought nothing, in seconds; values outside 0.1 to 60 count as these.',
    type: clamped(0.1, 60),
    default: '5',
  },
  BITRIX_TOKEN_KEYS: {
    section: 'Channels',
    about:
      'Keys that encrypt the stored tokens of portals, the newest first: that one encrypts, the others still decrypt. Without any the key is derived from the client secret.',
    type: tokenKeys,
    example: '2026=the-output-of-openssl-rand--base64-32',
    secret: true,
  },
  BITRIX_OAUTH_URL: {
    section: 'Channels',
    about: 'The authorization server of Bitrix24.',
    type: webUrl,
    default: 'https://oauth.bitrix.info',
  },
  BITRIX_REST_URL: {
    section: 'Channels',
    about: 'Where to reach the REST API of `BITRIX_DOMAIN`, when that is not at the address itself.',
    type: webUrl,
    example: 'https://portal.internal/rest',
  },
  BITRIX_CALLS_PER_SECOND: {
    section: 'Channels',
    about:
      'Calls to a portal in a second, after a first fifty; Bitrix24 allows 2 on most plans, 5 on Enterprise.',
    type: decimal(0.1, 1_000),
    default: '2',
  },
} as const
