import type { IncomingMessage } from 'node:http'
import { readBody } from '../local-server.ts'
import { TelegramError, badRequest } from './telegram-error.ts'

export interface Upload {
  readonly name: string
  readonly mimeType: string
  readonly content: Buffer
}

/** The server refuses larger requests. Bytes; a file of 50 MB and what stands around it. */
const MAX_BODY = 51 * 1024 * 1024

/** A method's parameters, from whatever encoding they came in: query, form, JSON or multipart. */
export class Parameters {
  readonly values: Readonly<Record<string, unknown>>
  readonly uploads: ReadonlyMap<string, Upload>

  constructor(values: Readonly<Record<string, unknown>>, uploads: ReadonlyMap<string, Upload> = new Map()) {
    this.values = values
    this.uploads = uploads
  }

  /** Empty when missing: the server makes no difference. */
  text(name: string): string {
    const value = this.values[name]
    if (value === undefined || value === null) return ''
    return typeof value === 'string' ? value : JSON.stringify(value)
  }

  has(name: string): boolean {
    return this.values[name] !== undefined && this.values[name] !== null
  }

  integer(name: string): number | undefined {
    const text = this.text(name)
    return /^-?\d{1,16}$/.test(text) ? Number(text) : undefined
  }

  flag(name: string): boolean {
    return ['true', '1', 'yes', 't', 'y'].includes(this.text(name).toLowerCase())
  }

  /** An object or list, also as JSON text. `what` names it in the error. */
  json(name: string, what: string): unknown {
    const value = this.values[name]
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value !== 'string') return value
    try {
      return JSON.parse(value) as unknown
    } catch {
      throw badRequest(`can't parse ${what} JSON object`)
    }
  }

  /** A file sent under this name, or under the name that `attach://` gives. */
  upload(name: string): Upload | undefined {
    const attached = /^attach:\/\/(.+)$/.exec(this.text(name))?.[1]
    return this.uploads.get(attached ?? name)
  }
}

export async function readParameters(request: IncomingMessage): Promise<Parameters> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const body = await readBody(request)
  if (body.length > MAX_BODY) throw new TelegramError(413, 'Request Entity Too Large')
  const sent = await parseBody(body, request.headers['content-type'] ?? '')
  return new Parameters({ ...Object.fromEntries(url.searchParams), ...sent.values }, sent.uploads)
}

/** Also the body of a webhook's answer. */
export async function parseBody(body: Buffer, contentType: string): Promise<Parameters> {
  if (body.length === 0) return new Parameters({})
  if (contentType.startsWith('application/json')) return new Parameters(parseJson(body))
  if (contentType.startsWith('multipart/form-data')) return parseMultipart(body, contentType)
  return new Parameters(Object.fromEntries(new URLSearchParams(body.toString())))
}

function parseJson(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body.toString())
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
  } catch {
    // Answered below.
  }
  throw badRequest("can't parse JSON object")
}

async function parseMultipart(body: Buffer, contentType: string): Promise<Parameters> {
  const values: Record<string, string> = {}
  const uploads = new Map<string, Upload>()
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } })
    .formData()
    .catch(() => {
      throw badRequest("can't parse multipart form data")
    })
  for (const [name, value] of form) {
    if (typeof value === 'string') values[name] = value
    else {
      const content = Buffer.from(await value.arrayBuffer())
      uploads.set(name, { name: value.name, mimeType: value.type, content })
    }
  }
  return new Parameters(values, uploads)
}
