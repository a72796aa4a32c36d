import type { RawApi } from 'grammy'
import { fromRefusal, TelegramFailure } from './telegram-failure.ts'

export interface TelegramApiOptions {
  readonly token: string
  /** Of Telegram, of a Bot API server of one's own, or of the fake. */
  readonly apiRoot: string
  /** Told when Telegram refuses the token. */
  readonly onRefused: () => void
}

/** Telegram answers in well under a second; uploads are not ours. */
const PATIENCE_MS = 15_000

/** Calls of the Bot API as one bot. Every call ends: with its result, a `TelegramFailure`, or the signal's reason. */
export class TelegramApi {
  readonly #options: TelegramApiOptions
  #raw: RawApi | undefined

  constructor(options: TelegramApiOptions) {
    this.#options = options
  }

  /** Makes the call `make` describes; `make` passes its signal on. */
  async call<Result>(
    make: (raw: RawApi, signal: CallSignal) => Promise<Result>,
    signal: AbortSignal,
    patienceMs: number = PATIENCE_MS,
  ): Promise<Result> {
    // Loaded when it is used: servers without Telegram start sooner.
    const { Api, GrammyError, HttpError } = await import('grammy')
    const { token, apiRoot, onRefused } = this.#options
    this.#raw ??= new Api(token, { apiRoot }).raw
    signal.throwIfAborted()
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
    try {
      return await make(this.#raw, deadline as CallSignal)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof HttpError) throw withoutAnswer(error.error)
      if (!(error instanceof GrammyError)) throw error
      const failure = fromRefusal(error)
      if (failure.kind === 'unauthorized') onRefused()
      throw failure
    }
  }
}

/** The platform's signal under the type of the shim grammY was made with. */
type CallSignal = NonNullable<Parameters<RawApi['getMe']>[0]>

/** Nothing of the cause but its code: its message holds the address, and that the token. */
function withoutAnswer(cause: unknown): TelegramFailure {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  const kind = code !== undefined && NOT_OUT.has(code) ? 'unreachable' : 'unknown'
  return new TelegramFailure(`Telegram did not answer${code === undefined ? '' : ` (${code})`}`, { kind })
}

/** Codes of connections that never were. */
const NOT_OUT: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'])
