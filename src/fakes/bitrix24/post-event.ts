import { buildQuery } from './form.ts'
import type { PortalState } from './portal-state.ts'

/** Bitrix24 does not wait for long. */
const PATIENCE_MS = 60_000

export interface EventPost {
  readonly url: string
  readonly event: string
  readonly data: object
  readonly auth: object
  readonly format: 'form' | 'json'
}

/** Posts an event, once. Resolves with the status of the answer; undefined when there was none. */
export async function postEvent({ url, event, data, auth, format }: EventPost): Promise<number | undefined> {
  const content = { event, event_handler_id: '1', data, ts: Math.floor(Date.now() / 1_000), auth }
  const json = format === 'json'
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': json ? 'application/json' : 'application/x-www-form-urlencoded' },
      body: json ? JSON.stringify(content) : buildQuery(content),
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    await response.body?.cancel()
    return response.status
  } catch {
    return undefined
  }
}

/** What an event shows of its portal, with a token of the person who caused it. */
export function authOf(
  state: PortalState,
  places: { readonly portal: string; readonly auth: string },
): Readonly<Record<string, unknown>> {
  const access = [...state.accessTokens].findLast(([, until]) => until > Date.now())?.[0]
  return {
    ...(access !== undefined && { access_token: access, expires_in: 3_600, user_id: 1 }),
    domain: new URL(places.portal).host,
    client_endpoint: `${places.portal}/rest/`,
    server_endpoint: `${places.auth}/rest/`,
    member_id: state.memberId,
    application_token: state.applicationToken,
    scope: state.scope,
    status: 'L',
  }
}
