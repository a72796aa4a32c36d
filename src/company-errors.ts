import type { ErrorEntry } from './errors.ts'

/** The rows of `ERRORS` about lookups of companies. */
export const COMPANY_ERRORS = {
  company_not_configured: {
    status: 501,
    retryable: false,
    sentence: 'Companies cannot be looked up: Missing required configuration: DADATA_API_KEY.',
  },
  company_unauthorized: {
    status: 502,
    retryable: false,
    sentence:
      'The register of companies refused our credentials. The operator of this bot has to check the API key.',
  },
  company_quota_exhausted: {
    status: 502,
    retryable: false,
    sentence: 'The lookups of companies for today are used up. Please try again tomorrow.',
  },
  company_rate_limited: {
    status: 429,
    retryable: true,
    sentence: 'The register of companies is receiving too many requests. Please try again in a moment.',
  },
  company_unavailable: {
    status: 502,
    retryable: true,
    sentence: 'The register of companies is not available right now. Please try again in a moment.',
  },
  file_not_found: { status: 404, retryable: false, sentence: 'This file does not exist or has expired.' },
  file_too_large: {
    status: 413,
    retryable: false,
    sentence: 'The file is too large. The limit is {limit} bytes.',
  },
} as const satisfies Record<string, ErrorEntry>
