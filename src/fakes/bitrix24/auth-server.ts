import type { IncomingMessage, ServerResponse } from 'node:http'
import { randomBytes } from 'node:crypto'
import { readBody } from '../local-server.ts'
import type { PortalState } from './portal-state.ts'

export interface AuthServerOptions {
  readonly state: PortalState
  /** Of an access token, in seconds. */
  readonly expiresIn: number
  readonly places: () => { readonly portal: string; readonly auth: string }
  readonly redirectUrl: () => string
  /** Every request for tokens is added. */
  readonly requests: TokenRequest[]
  /** How long an answer takes, in milliseconds. */
  readonly delayMs: number
}

export interface TokenRequest {
  readonly grantType: string
  readonly status: number
}

/** A code is good for so long. Source: b24restdocs, OAuth 2.0. */
const CODE_LIFETIME_MS = 30_000

/** `/oauth/authorize/` of the portal: a person who is signed in is led back at once. */
export function answerAuthorize(
  request: IncomingMessage,
  response: ServerResponse,
  { state, places, redirectUrl }: AuthServerOptions,
): void {
  const { searchParams } = new URL(request.url ?? '/', 'http://portal')
  if (searchParams.get('client_id') !== state.application.clientId) {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Application not found</h1>')
    return
  }
  const code = randomBytes(16).toString('hex')
  state.codes.set(code, Date.now() + CODE_LIFETIME_MS)
  const { portal, auth } = places()
  const back = new URL(redirectUrl())
  const fields = {
    code,
    state: searchParams.get('state') ?? '',
    domain: new URL(portal).host,
    member_id: state.memberId,
    scope: state.scope,
    server_domain: new URL(auth).host,
  }
  for (const [name, value] of Object.entries(fields)) back.searchParams.set(name, value)
  response.writeHead(302, { location: back.href }).end()
}

/** `/oauth/token/` of the authorization server. */
export async function answerToken(
  request: IncomingMessage,
  response: ServerResponse,
  options: AuthServerOptions,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://auth')
  const form = new URLSearchParams((await readBody(request)).toString())
  const field = (name: string): string => form.get(name) ?? url.searchParams.get(name) ?? ''
  if (options.delayMs > 0) await new Promise((done) => setTimeout(done, options.delayMs))
  const reply = grantFor(field, options)
  options.requests.push({ grantType: field('grant_type'), status: reply.status })
  response.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(reply.body))
}

interface Reply {
  readonly status: number
  readonly body: object
}

function grantFor(field: (name: string) => string, options: AuthServerOptions): Reply {
  const { state, expiresIn, places } = options
  const { clientId, clientSecret } = state.application
  if (field('client_id') !== clientId || field('client_secret') !== clientSecret)
    return refusal('invalid_client', 'Invalid client')
  if (!isGranted(field, state)) return refusal('invalid_grant', 'Invalid grant')
  const { portal, auth } = places()
  const body = {
    ...state.grant(expiresIn),
    expires_in: expiresIn,
    expires: Math.floor(Date.now() / 1_000) + expiresIn,
    client_endpoint: `${portal}/rest/`,
    server_endpoint: `${auth}/rest/`,
    domain: new URL(auth).host,
    member_id: state.memberId,
    user_id: 1,
    scope: state.scope,
    status: 'L',
  }
  return { status: 200, body }
}

/** Codes and refresh tokens are used up by being shown. */
function isGranted(field: (name: string) => string, state: PortalState): boolean {
  if (field('grant_type') === 'refresh_token') return state.refreshTokens.delete(field('refresh_token'))
  const until = state.codes.get(field('code')) ?? 0
  state.codes.delete(field('code'))
  return field('grant_type') === 'authorization_code' && until > Date.now()
}

function refusal(error: string, description: string): Reply {
  return { status: 400, body: { error, error_description: description } }
}
