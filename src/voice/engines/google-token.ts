import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { AppError } from '../../errors.ts'

/** A service account of Google Cloud, as its JSON file gives it. */
const ServiceAccountSchema = z.object({
  client_email: z.string().min(1),
  private_key: z.string().includes('PRIVATE KEY'),
  private_key_id: z.string().optional(),
  project_id: z.string().optional(),
  token_uri: z.url().default('https://oauth2.googleapis.com/token'),
})

export type ServiceAccount = z.output<typeof ServiceAccountSchema>

/** Reads a service account: JSON, or the path of a file with it. Throws `invalid_configuration`, never with the text. */
export async function parseServiceAccount(jsonOrPath: string): Promise<ServiceAccount> {
  try {
    const text = jsonOrPath.trimStart().startsWith('{') ? jsonOrPath : await readFile(jsonOrPath, 'utf8')
    return ServiceAccountSchema.parse(JSON.parse(text))
  } catch (error) {
    const problem =
      'GOOGLE_CLOUD_CREDENTIALS is neither the JSON of a service account nor the path of a file with it. Download the key as JSON from the Google Cloud console.'
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    throw new AppError('invalid_configuration', {
      params: { problem },
      ...(code !== undefined && { cause: new Error(code) }),
    })
  }
}

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const LIFETIME_SECONDS = 3_600
/** A token that ends so soon is not used any more. */
const MARGIN_MS = 60_000

const TokenReply = z.object({ access_token: z.string(), expires_in: z.number().default(LIFETIME_SECONDS) })

/** Access tokens of a service account; one at a time, asked for when the last one is about to end. */
export class GoogleToken {
  readonly #account: ServiceAccount
  #token: Promise<{ readonly value: string; readonly until: number }> | undefined

  constructor(account: ServiceAccount) {
    this.#account = account
  }

  /** Throws `speech_unavailable` or `speech_rejected`. */
  async get(): Promise<string> {
    const held = await this.#token?.catch(() => undefined)
    if (held && held.until > Date.now()) return held.value
    this.#token = this.#ask()
    return (await this.#token).value
  }

  /** The token was refused: the next call gets another. */
  drop(): void {
    this.#token = undefined
  }

  async #ask(): Promise<{ readonly value: string; readonly until: number }> {
    const { token_uri: url } = this.#account
    const body = new URLSearchParams({ grant_type: GRANT, assertion: await this.#sign() }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    try {
      const { request } = await import('undici')
      const response = await request(url, { method: 'POST', headers, body, headersTimeout: 10_000 })
      const text = await response.body.text()
      if (response.statusCode === 200) {
        const { access_token: value, expires_in: seconds } = TokenReply.parse(JSON.parse(text))
        return { value, until: Date.now() + seconds * 1_000 - MARGIN_MS }
      }
      const cause = new Error(`Google answered ${response.statusCode}: ${text.slice(0, 300)}`)
      throw new AppError(response.statusCode >= 500 ? 'speech_unavailable' : 'speech_rejected', { cause })
    } catch (error) {
      throw error instanceof AppError ? error : new AppError('speech_unavailable', { cause: error })
    }
  }

  /** Source: developers.google.com/identity/protocols/oauth2/service-account. */
  async #sign(): Promise<string> {
    const { client_email: email, private_key: pem, private_key_id: kid, token_uri: audience } = this.#account
    const { importPKCS8, SignJWT } = await import('jose')
    try {
      return await new SignJWT({ scope: SCOPE })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(kid !== undefined && { kid }) })
        .setIssuer(email)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(`${LIFETIME_SECONDS}s`)
        .sign(await importPKCS8(pem, 'RS256'))
    } catch (error) {
      throw new AppError('speech_rejected', { cause: error })
    }
  }
}
