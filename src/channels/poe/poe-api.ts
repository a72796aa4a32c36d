import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../../errors.ts'
import type { PoeAmount, PoeUpload } from '../../origin.ts'
import { readCostResult } from './cost-result.ts'

export interface PoeApiOptions {
  /** Such as `https://api.poe.com`. */
  readonly baseUrl: string
  readonly uploadUrl: string
}

/** Our protocol version, part of Poe's paths. */
export const PROTOCOL_VERSION = '1.2'

const SETTINGS_MS = 10_000
const COST_MS = 60_000
const UPLOAD_MS = 120_000
const UPLOAD_TRIES = 2
const UPLOAD_PAUSE_MS = 500
/** Bytes of one file that Poe takes. */
const LARGEST_FILE = 50 * 1024 * 1024
const EXCERPT = 500

export interface UploadedFile {
  readonly url: string
  readonly contentType: string
}

export interface CostCall {
  readonly step: 'authorize' | 'capture'
  readonly botQueryId: string
  readonly accessKey: string
  readonly amounts: readonly PoeAmount[]
  readonly signal?: AbortSignal
}

/** The calls a bot makes to Poe. What Poe answers goes to the log alone, without the key. */
export class PoeApi {
  readonly #options: PoeApiOptions

  constructor(options: PoeApiOptions) {
    this.#options = options
  }

  /** Tells Poe new settings, since it keeps the old ones until somebody does. Throws `poe_unavailable`. */
  async pushSettings(
    handle: string,
    accessKey: string,
    settings: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const path = ['update_settings', handle, accessKey, PROTOCOL_VERSION].map(encodeURIComponent).join('/')
    const response = await this.#send(`${this.#options.baseUrl}/bot/${path}`, {
      key: accessKey,
      ms: SETTINGS_MS,
      init: { ...JSON_HEADERS, body: JSON.stringify(settings) },
    })
    const echo = await readStart(response)
    if (!response.ok) throw unexpected(response.status, echo, accessKey)
    // Poe takes controls that it cannot show and drops them without a word.
    if (settings['parameter_controls'] && /['"]parameter_controls['"]\s*:\s*(?:None|null)/.test(echo))
      throw unexpected(response.status, 'it dropped the parameter controls', accessKey)
  }

  /** Throws `poe_upload_failed`. */
  async upload(accessKey: string, file: PoeUpload, signal?: AbortSignal): Promise<UploadedFile> {
    if ('bytes' in file && file.bytes.byteLength > LARGEST_FILE)
      throw new AppError('poe_upload_failed', { cause: new Error(`${file.name} has more than 50 MB`) })
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#tryUpload(accessKey, file, signal)
      } catch (cause) {
        signal?.throwIfAborted()
        if (attempt >= UPLOAD_TRIES) throw new AppError('poe_upload_failed', { cause })
        await delay(UPLOAD_PAUSE_MS, undefined, { ...(signal && { signal }) })
      }
    }
  }

  /** Throws `poe_insufficient_funds` unless Poe says `success`; `poe_unavailable` when it says nothing. */
  async cost({ step, botQueryId, accessKey, amounts, signal }: CostCall): Promise<void> {
    const body = { amounts: amounts.map(toAmount), access_key: accessKey }
    const response = await this.#send(
      `${this.#options.baseUrl}/bot/cost/${encodeURIComponent(botQueryId)}/${step}`,
      { key: accessKey, ms: COST_MS, init: { ...JSON_HEADERS, body: JSON.stringify(body) }, signal },
    )
    if (!response.ok) throw unexpected(response.status, await readStart(response), accessKey)
    const status = await readCostResult(response)
    if (status !== 'success')
      throw new AppError('poe_insufficient_funds', { cause: new Error(`Poe said ${status}`) })
  }

  async #tryUpload(
    accessKey: string,
    file: PoeUpload,
    signal: AbortSignal | undefined,
  ): Promise<UploadedFile> {
    const response = await this.#send(this.#options.uploadUrl, {
      key: accessKey,
      ms: UPLOAD_MS,
      // Here, and only here, the key comes without `Bearer`.
      init: { headers: { authorization: accessKey }, body: toForm(file) },
      signal,
    })
    const text = await readStart(response)
    const reply = response.ok ? parseObject(text) : undefined
    const { attachment_url: url, mime_type: contentType } = reply ?? {}
    if (typeof url !== 'string' || typeof contentType !== 'string')
      throw unexpected(response.status, text, accessKey)
    return { url, contentType }
  }

  async #send(url: string, { key, ms, init, signal }: Call): Promise<Response> {
    const timeout = AbortSignal.timeout(ms)
    const either = signal ? AbortSignal.any([signal, timeout]) : timeout
    try {
      return await fetch(url, { method: 'POST', redirect: 'error', signal: either, ...init })
    } catch (thrown) {
      signal?.throwIfAborted()
      throw unexpected(undefined, describe(thrown), key)
    }
  }
}

interface Call {
  readonly key: string
  readonly ms: number
  readonly init: Pick<RequestInit, 'headers' | 'body'>
  readonly signal?: AbortSignal | undefined
}

const JSON_HEADERS = { headers: { 'content-type': 'application/json' } } as const

function toAmount({ usdMilliCents, description }: PoeAmount) {
  return { amount_usd_milli_cents: Math.ceil(usdMilliCents), ...(description && { description }) }
}

function toForm(file: PoeUpload): FormData {
  const form = new FormData()
  if ('bytes' in file) {
    form.set('file', new Blob([new Uint8Array(file.bytes)]), file.name)
  } else {
    form.set('download_url', file.url)
    form.set('download_filename', file.name)
  }
  return form
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

async function readStart(response: Response): Promise<string> {
  const text = await response.text()
  return text.slice(0, 64 * 1024)
}

/** The key stands in addresses, and Poe may repeat it. */
function unexpected(status: number | undefined, words: string, key: string): AppError {
  const said = words
    .slice(0, EXCERPT)
    .replaceAll(key, '[access key]')
    .replaceAll(encodeURIComponent(key), '[access key]')
  const what = status === undefined ? 'Poe could not be reached' : `Poe answered ${status}`
  return new AppError('poe_unavailable', { cause: new Error(`${what}: ${said}`) })
}

function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  return thrown.cause instanceof Error ? `${thrown.message}: ${thrown.cause.message}` : thrown.message
}
