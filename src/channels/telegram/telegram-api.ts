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
/** For 20 MB over a slow line. */
const DOWNLOAD_PATIENCE_MS = 120_000

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

  /**
   * The bytes of a file that somebody sent. A `TelegramFailure` of kind `rejected` says that Telegram does not hand it
   * out, because it is too large or gone.
   */
  async download(
    fileId: string,
    { maxBytes }: { readonly maxBytes: number },
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const { file_path: path = '' } = await this.call(
      (raw, signal) => raw.getFile({ file_id: fileId }, signal),
      signal,
    )
    const { token, apiRoot } = this.#options
    const address = `${apiRoot}/file/bot${token}/${path.split('/').map(encodeURIComponent).join('/')}`
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(DOWNLOAD_PATIENCE_MS)])
    try {
      const response = await fetch(address, { signal: deadline, redirect: 'error' })
      if (response.ok) return await readUpTo(maxBytes, response.body)
      const kind = response.status >= 500 || response.status === 429 ? 'unknown' : 'rejected'
      throw new TelegramFailure(`Telegram does not hand the file out (${response.status})`, { kind })
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof TelegramFailure) throw error
      throw withoutAnswer(error instanceof Error ? error.cause : undefined)
    }
  }
}

async function readUpTo(maxBytes: number, body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of body ?? []) {
    size += piece.byteLength
    if (size > maxBytes)
      throw new TelegramFailure('The file is larger than Telegram said', { kind: 'rejected' })
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
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
