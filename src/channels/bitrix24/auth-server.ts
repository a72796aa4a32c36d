import { z } from 'zod'
import type { BitrixApplication } from '../../bitrix24-setting-types.ts'
import { BitrixFailure } from './bitrix-failure.ts'
import { callRest } from './rest-call.ts'

/** Source: b24restdocs, OAuth 2.0. `domain` there is the authorization server, not the portal. */
const TokenSchema = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_in: z.coerce.number().catch(3_600),
  client_endpoint: z.string(),
  server_endpoint: z.string().optional(),
  member_id: z.string().min(1),
})

export type GrantedTokens = z.output<typeof TokenSchema>

export interface Grant {
  readonly application: BitrixApplication
  /** The address of the authorization server. */
  readonly server: string
  readonly timeoutMs: number
}

/** Turns the code of a callback into tokens; it is good for 30 seconds, once. Throws a `BitrixFailure`. */
export function exchangeCode(code: string, grant: Grant): Promise<GrantedTokens> {
  return requestTokens({ grant_type: 'authorization_code', code }, grant)
}

/** Turns a refresh token into new tokens; the old one counts as used. Throws a `BitrixFailure`. */
export function refreshTokens(refreshToken: string, grant: Grant): Promise<GrantedTokens> {
  return requestTokens({ grant_type: 'refresh_token', refresh_token: refreshToken }, grant)
}

/** As a form, so that the secret stands in no address and no log. */
async function requestTokens(
  fields: Readonly<Record<string, string>>,
  { application, server, timeoutMs }: Grant,
): Promise<GrantedTokens> {
  const { clientId, clientSecret } = application
  const reply = await callRest({
    url: `${server}/oauth/token/`,
    method: 'oauth/token',
    body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...fields }),
    timeoutMs,
    // Broken off, it might leave tokens behind that nobody knows of.
    signal: new AbortController().signal,
  })
  const tokens = TokenSchema.safeParse(reply)
  if (tokens.success) return tokens.data
  throw new BitrixFailure('oauth/token: an answer without tokens', { kind: 'rejected' })
}
