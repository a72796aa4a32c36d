export interface ErrorParameters {
  /** Seconds. */
  readonly retry_after?: number
  readonly migrate_to_chat_id?: number
}

/** What the Bot API answers instead of a result; the HTTP status is the code. */
export class TelegramError extends Error {
  readonly code: number
  readonly parameters: ErrorParameters | undefined

  constructor(code: number, description: string, parameters?: ErrorParameters) {
    super(description)
    this.name = 'TelegramError'
    this.code = code
    this.parameters = parameters
  }
}

export function badRequest(text: string, parameters?: ErrorParameters): TelegramError {
  return new TelegramError(400, `Bad Request: ${text}`, parameters)
}

export function tooManyRequests(seconds: number): TelegramError {
  return new TelegramError(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds })
}
