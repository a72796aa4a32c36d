import type { Dispatcher } from 'undici'
import { AppError } from '../../errors.ts'

export interface SpeechCall {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Texts that must not reach the log. */
  readonly secrets: readonly string[]
}

/** How much of a refusal is kept for the log, in characters. */
const EXCERPT_LENGTH = 500

/**
 * Posts to a speech service and gives the body of its answer as it comes. Throws `speech_unavailable` for a broken
 * connection, 408, 429 and 5xx, `speech_rejected` for any other refusal.
 */
export async function* callSpeech(
  { url, headers, body, secrets }: SpeechCall,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  try {
    const { request } = await import('undici')
    const response = await request(url, { method: 'POST', headers, body, signal })
    if (response.statusCode !== 200) throw await toRefusal(response, secrets)
    yield* response.body as AsyncIterable<Buffer>
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof AppError ? error : new AppError('speech_unavailable', { cause: error })
  }
}

async function toRefusal(
  { statusCode: status, headers, body }: Dispatcher.ResponseData,
  secrets: readonly string[],
): Promise<AppError> {
  const words = redact((await body.text()).slice(0, EXCERPT_LENGTH), secrets)
  const cause = new Error(`the speech service answered ${status}: ${words}`)
  const mayPass = (status === 429 && !/insufficient_quota/.test(words)) || status === 408 || status >= 500
  if (!mayPass) return new AppError('speech_rejected', { cause })
  const seconds = Number(headers['retry-after'] ?? Number.NaN)
  return new AppError('speech_unavailable', {
    cause,
    ...(Number.isFinite(seconds) && { retryAfterMs: seconds * 1_000 }),
  })
}

function redact(words: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret.length >= 8)
  const cleaned = known.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), words)
  return cleaned.replaceAll(/\b(?:sk|pk)-[\w*.-]{6,}|\bAIza[\w-]{10,}|\bBearer\s+\S+/gi, '[redacted]')
}
