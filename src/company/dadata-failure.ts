import { AppError } from '../errors.ts'

/** How much of what DaData said is kept for the log, in characters. */
const EXCERPT = 300

/**
 * The error for a refusal. A spent day's quota and a wrong key are both 403; the words tell them apart. The words repeat
 * the key, so it is taken out. Source: DaData's support, "Ответ REST-сервиса при превышении дневного лимита".
 */
export function toRefusal(status: number, body: string, secrets: readonly string[]): AppError {
  const words = redact(body, secrets).slice(0, EXCERPT)
  const cause = new Error(`DaData answered ${status}: ${words}`)
  if (status === 403 && /feature\b.*\bdisabled/i.test(body))
    return new AppError('company_quota_exhausted', { cause })
  if (status === 401 || status === 403) return new AppError('company_unauthorized', { cause })
  if (status === 429) return new AppError('company_rate_limited', { cause })
  return new AppError('company_unavailable', { cause })
}

/** Also what looks like a key, should it be one we do not know. */
function redact(text: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret !== '')
  return known
    .reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
    .replaceAll(/\b[0-9a-f]{32,}\b/gi, '[redacted]')
    .replaceAll(/(token\s+)['"]?[\w-]{16,}['"]?/gi, '$1[redacted]')
}
