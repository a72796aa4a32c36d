import { createRegister, type OpenRegister } from '../company/create-register.ts'
import { createFiles } from '../files/create-files.ts'
import type { AnswerFiles } from '../files/files.ts'
import type { AppParts } from './app-parts.ts'

export interface AnswerServices {
  readonly companies: OpenRegister
  readonly files: AnswerFiles
}

const HOUR_MS = 3_600_000

/** What bots may use of the outside world and give to people: the register of companies, and files. */
export function openAnswerServices({ config, store, log }: Omit<AppParts, 'bots'>): AnswerServices {
  const { DADATA_API_KEY: apiKey, DADATA_SECRET_KEY: secretKey } = config
  return {
    companies: createRegister({
      dadata: apiKey
        ? {
            apiKey,
            baseUrl: config.DADATA_BASE_URL,
            timeoutMs: config.HTTP_TIMEOUT_SECONDS * 1_000,
            ...(secretKey && { secretKey }),
          }
        : undefined,
      store: store.companies,
      perSecond: config.DADATA_REQUESTS_PER_SECOND,
      perDay: config.DADATA_REQUESTS_PER_DAY,
      cacheMs: config.COMPANY_CACHE_HOURS * HOUR_MS,
      onWarning: (message, error) => log.warn({ err: error }, message),
    }),
    files: createFiles({
      store: store.answerFiles,
      publicUrl: config.APP_URL,
      keepMs: config.ANSWER_FILE_DAYS * 24 * HOUR_MS,
    }),
  }
}
