import { createPublicKey, generateKeyPairSync, verify, type KeyObject } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createFaultQueue } from './fault-queue.ts'
import { sendFaultyReply } from './faults.ts'
import type { Fault } from './faults.ts'
import { fakeMp3, fakeWav } from './fake-sound.ts'
import { readBody, startLocalServer } from './local-server.ts'

export interface FakeGoogleSpeechOptions {
  /** When set, any other key is refused. Default: every key is good. */
  readonly apiKey?: string
  /** How long speaking takes, in milliseconds. Default 0. */
  readonly delayMs?: number
  /** Of those of the model fakes: `status`, `slow-headers`, `hang-before-headers` and `html`. */
  readonly fault?: Fault
  /** Default: a free one. */
  readonly port?: number
}

export interface FakeGoogleSpeech {
  /** The base URL to give to a client. */
  readonly url: string
  /** The JSON of a service account that this server knows; its tokens come from here. */
  readonly credentials: string
  /** Every request to speak so far, oldest first. */
  readonly requests: readonly SpokenRequest[]
  /** How many access tokens were given out. */
  readonly tokens: number
  /** From the next request on; undefined: all is well again. */
  inject(fault: Fault | undefined): void
  close(): Promise<void>
}

export interface SpokenRequest {
  readonly headers: IncomingMessage['headers']
  readonly text: string
  readonly voice: Readonly<Record<string, unknown>>
  readonly audioConfig: Readonly<Record<string, unknown>>
}

interface SynthesizeBody {
  readonly input?: { readonly text?: string; readonly ssml?: string }
  readonly voice?: Readonly<Record<string, unknown>>
  readonly audioConfig?: Readonly<Record<string, unknown>>
}

/** Source: cloud.google.com/text-to-speech/quotas. */
const MOST_BYTES = 5_000

/** The encodings by name and by number, as clients send them. */
const ENCODINGS: Readonly<Record<string, 'LINEAR16' | 'MP3'>> = {
  LINEAR16: 'LINEAR16',
  MP3: 'MP3',
  '1': 'LINEAR16',
  '2': 'MP3',
}

/**
 * A local twin of Google Cloud Text-to-Speech over REST: `/v1/text:synthesize` (LINEAR16 with a WAV header, MP3),
 * `/v1/voices`, and the token endpoint of its service account. Close it when done.
 *
 * @example
 * const google = await createFakeGoogleSpeech()
 * // … TTS_BASE_URL=google.url GOOGLE_CLOUD_CREDENTIALS=google.credentials …
 */
export async function createFakeGoogleSpeech({
  apiKey,
  delayMs = 0,
  fault,
  port,
}: FakeGoogleSpeechOptions = {}): Promise<FakeGoogleSpeech> {
  const faults = createFaultQueue(fault)
  const account = createAccount()
  const requests: SpokenRequest[] = []
  const isAllowed = ({ authorization = '', 'x-goog-api-key': key }: IncomingMessage['headers']): boolean =>
    key === undefined
      ? account.knows(authorization.replace(/^Bearer /, ''))
      : apiKey === undefined || key === apiKey
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const left = new AbortController()
    response.once('close', () => left.abort())
    const text = (await readBody(request)).toString()
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === '/token')
      return sendJson(response, account.exchange(new URLSearchParams(text), server.url))
    if (!isAllowed(request.headers))
      return sendJson(response, refuse(403, 'PERMISSION_DENIED', 'The caller does not have permission'))
    if (pathname === '/v1/voices') return sendJson(response, { status: 200, body: { voices: VOICES } })
    if (pathname !== '/v1/text:synthesize') return sendJson(response, refuse(404, 'NOT_FOUND', 'Not Found'))
    const body = JSON.parse(text) as SynthesizeBody
    requests.push(toSpoken(request.headers, body))
    const spoilt = faults.take()
    if (spoilt?.kind === 'status')
      return sendJson(
        response,
        refuse(
          spoilt.status,
          spoilt.code ?? 'UNAVAILABLE',
          spoilt.message ?? 'The service is currently unavailable.',
        ),
        spoilt.headers,
      )
    if (await sendFaultyReply(response, spoilt, left.signal)) return undefined
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
    return sendJson(response, synthesize(body))
  }
  const server = await startLocalServer(handle, port)
  return {
    url: server.url,
    credentials: account.toJson(server.url),
    requests,
    get tokens() {
      return account.given
    },
    inject: (next) => faults.inject(next),
    close: () => server.close(),
  }
}

interface JsonReply {
  readonly status: number
  readonly body: object
}

function sendJson(
  response: ServerResponse,
  { status, body }: JsonReply,
  headers: Readonly<Record<string, string>> = {},
): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers })
    .end(JSON.stringify(body))
}

function refuse(code: number, status: string, message: string): JsonReply {
  return { status: code, body: { error: { code, message, status } } }
}

function toSpoken(headers: IncomingMessage['headers'], body: SynthesizeBody): SpokenRequest {
  const { voice = {}, audioConfig = {} } = body
  return { headers, text: textOf(body), voice, audioConfig }
}

const VOICES = [
  {
    languageCodes: ['en-IN'],
    name: 'en-IN-Chirp3-HD-Leda',
    ssmlGender: 'FEMALE',
    naturalSampleRateHertz: 24_000,
  },
  {
    languageCodes: ['ru-RU'],
    name: 'ru-RU-Chirp3-HD-Leda',
    ssmlGender: 'FEMALE',
    naturalSampleRateHertz: 24_000,
  },
  {
    languageCodes: ['hi-IN'],
    name: 'hi-IN-Chirp3-HD-Leda',
    ssmlGender: 'FEMALE',
    naturalSampleRateHertz: 24_000,
  },
]

function synthesize(body: SynthesizeBody): JsonReply {
  const text = textOf(body)
  const encoding = ENCODINGS[String(body.audioConfig?.['audioEncoding'])]
  const problem = findTextProblem(text) ?? findVoiceProblem(body)
  if (problem !== undefined) return refuse(400, 'INVALID_ARGUMENT', problem)
  if (!encoding)
    return refuse(
      400,
      'INVALID_ARGUMENT',
      '`audio_config.audio_encoding` must be LINEAR16 or MP3 at this fake.',
    )
  const audio = encoding === 'MP3' ? fakeMp3(text) : fakeWav(text)
  return { status: 200, body: { audioContent: audio.toString('base64') } }
}

function textOf({ input }: SynthesizeBody): string {
  return input?.text ?? input?.ssml ?? ''
}

function findTextProblem(text: string): string | undefined {
  if (text === '') return 'Either `input.text`, `input.ssml` or `input.markup` must be set.'
  if (Buffer.byteLength(text) <= MOST_BYTES) return undefined
  return 'Either `input.text` or `input.ssml` is longer than the limit of 5000 bytes. This limit is different from quotas.'
}

function findVoiceProblem({ voice = {} }: SynthesizeBody): string | undefined {
  const { languageCode, name = '' } = voice
  if (typeof languageCode !== 'string' || languageCode === '') return '`voice.language_code` must be set.'
  if (name === '' || String(name).toLowerCase().startsWith(languageCode.toLowerCase())) return undefined
  return `Requested language code '${languageCode}' doesn't match the voice '${String(name)}'s language code.`
}

interface FakeAccount {
  readonly given: number
  knows(token: string): boolean
  exchange(form: URLSearchParams, url: string): JsonReply
  toJson(url: string): string
}

const EMAIL = 'voice@fake-project.iam.gserviceaccount.com'
const LIFETIME_SECONDS = 3_599

/** A service account with a key of its own; its token endpoint checks what Google's does. */
function createAccount(): FakeAccount {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const tokens = new Set<string>()
  return {
    get given() {
      return tokens.size
    },
    knows: (token) => tokens.has(token),
    exchange: (form, url) => {
      const problem = findJwtProblem(form, publicKey, `${url}/token`)
      if (problem) return { status: 400, body: { error: 'invalid_grant', error_description: problem } }
      const token = `ya29.fake-${tokens.size + 1}`
      tokens.add(token)
      return {
        status: 200,
        body: { access_token: token, expires_in: LIFETIME_SECONDS, token_type: 'Bearer' },
      }
    },
    toJson: (url) =>
      JSON.stringify({
        type: 'service_account',
        project_id: 'fake-project',
        private_key_id: 'fake-key',
        private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
        client_email: EMAIL,
        token_uri: `${url}/token`,
      }),
  }
}

function findJwtProblem(form: URLSearchParams, key: KeyObject, audience: string): string | undefined {
  if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return 'Invalid grant type.'
  const [head = '', payload = '', signature = ''] = (form.get('assertion') ?? '').split('.')
  const isSigned = verify(
    'sha256',
    Buffer.from(`${head}.${payload}`),
    createPublicKey(key.export({ type: 'spki', format: 'pem' })),
    Buffer.from(signature, 'base64url'),
  )
  if (!isSigned) return 'Invalid JWT Signature.'
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Readonly<Record<string, unknown>>
  const now = Date.now() / 1_000
  if (claims['iss'] !== EMAIL || claims['aud'] !== audience) return 'Invalid JWT: issuer or audience.'
  if (Number(claims['exp']) < now || Number(claims['exp']) > Number(claims['iat']) + 3_600)
    return 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.'
  return String(claims['scope']).includes('cloud-platform') ? undefined : 'Invalid OAuth scope.'
}
