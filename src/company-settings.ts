import { anyText, clamped, decimal, webUrl, whole } from './setting-types.ts'

/** The rows of `SETTINGS` about lookups of companies. */
export const COMPANY_SETTINGS = {
  DADATA_API_KEY: {
    section: 'Companies',
    about: 'The API key of DaData, with which the bot `company` looks companies up; without it that is off.',
    type: anyText,
    example: '40 characters from the profile at dadata.ru',
    secret: true,
    aliases: ['DADATA_TOKEN'],
  },
  DADATA_SECRET_KEY: {
    section: 'Companies',
    about: 'The secret key of DaData. Lookups of companies work without it.',
    type: anyText,
    example: '40 characters from the profile at dadata.ru',
    secret: true,
    aliases: ['DADATA_SECRET'],
  },
  DADATA_BASE_URL: {
    section: 'Companies',
    about: 'Where to reach DaData.',
    type: webUrl,
    default: 'https://suggestions.dadata.ru',
  },
  DADATA_REQUESTS_PER_SECOND: {
    section: 'Companies',
    about: 'Lookups that one process makes in a second; DaData allows 30 from one address.',
    type: decimal(0.1, 1_000),
    default: '20',
  },
  DADATA_REQUESTS_PER_DAY: {
    section: 'Companies',
    about:
      'Lookups in a day of Moscow, over all replicas; set it to what your plan holds. A check of a company takes two.',
    type: whole(0, 100_000_000),
    default: '10000',
  },
  COMPANY_CACHE_HOURS: {
    section: 'Companies',
    about: 'How long what was looked up is used again, in hours; 0 looks up each time.',
    type: decimal(0, 8_760),
    default: '24',
  },
  HTTP_TIMEOUT_SECONDS: {
    section: 'Companies',
    about: 'How long one lookup may take, in seconds; values outside 1 to 60 count as 1 or 60.',
    type: clamped(1, 60),
    default: '10',
  },
  ANSWER_FILE_DAYS: {
    section: 'Server',
    about: 'How long files that a bot gave somebody, such as reports, can be downloaded, in days.',
    type: whole(1, 3_650),
    default: '7',
  },
} as const
