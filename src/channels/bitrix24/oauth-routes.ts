import { createHash, randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { BitrixPortals } from '../../bitrix24-portals.ts'
import { AppError } from '../../errors.ts'
import { authorize, type InstallContext } from './install.ts'
import type { Portal } from './portal.ts'

export interface OAuthRoutes extends InstallContext {
  readonly portals: BitrixPortals
  readonly served: readonly Portal[]
  /** Told when a portal has new tokens. */
  readonly onInstalled: (portal: Portal) => void
}

/** As long as somebody takes to sign in at the portal. */
const STATE_LIFETIME_MS = 600_000
const COOKIE = 'botyard_bitrix'
const LINK = 'Перейдите по ссылке для авторизации в Bitrix24'
const DONE = 'Bitrix24 OAuth успешно завершен'

/** Guide 004 has two addresses to begin at. */
const STARTS = ['/oauth/bitrix/start', '/oauth/bitrix'] as const

/** Adds the addresses of the authorization: its begin, and where the portal sends people back to. */
export function addOAuthRoutes(server: FastifyInstance, routes: OAuthRoutes): void {
  for (const path of STARTS)
    server.get(path, { schema: { hide: true } }, (request, reply) => begin(request, reply, routes))
  server.get('/oauth/bitrix/callback', { schema: { hide: true } }, async (request, reply) => {
    reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer')
    return finish(request, routes)
  })
}

/** People are led on; programs get the address. */
async function begin(
  request: FastifyRequest,
  reply: FastifyReply,
  { portals, served }: OAuthRoutes,
): Promise<FastifyReply> {
  const portal = findPortal(queryOf(request)['domain'], served)
  const state = randomBytes(32).toString('base64url')
  const session = randomBytes(32).toString('base64url')
  await portals.keepState({
    hash: sha256(state),
    sessionHash: sha256(session),
    origin: portal.origin,
    lifetimeMs: STATE_LIFETIME_MS,
  })
  const query = new URLSearchParams({ client_id: portal.application.clientId, state })
  const url = `${portal.origin}/oauth/authorize/?${query.toString()}`
  const secure = request.protocol === 'https' ? '; Secure' : ''
  reply
    .header('cache-control', 'no-store')
    .header(
      'set-cookie',
      `${COOKIE}=${session}; Path=/oauth/bitrix; HttpOnly; SameSite=Lax; Max-Age=${STATE_LIFETIME_MS / 1_000}${secure}`,
    )
  const wantsPage = request.headers.accept?.includes('text/html') === true
  return wantsPage ? reply.redirect(url) : reply.send({ auth_url: url, message: LINK })
}

/** Never says a token. */
async function finish(request: FastifyRequest, routes: OAuthRoutes): Promise<object> {
  const { error, code, state, domain, server_domain: authServer } = queryOf(request)
  if (error !== undefined)
    throw new AppError('bitrix_oauth_refused', {
      params: { problem: error.replaceAll(/[^\w .:-]/g, '').slice(0, 100) },
    })
  if (code === undefined) throw new AppError('bitrix_code_missing')
  const portal = await requirePortal({ state, domain, session: sessionOf(request) }, routes)
  const granted = await authorize(portal, { code, authServer: authServer && `https://${authServer}` }, routes)
  request.log.info({ portal: portal.host }, 'Bitrix24: the application is authorized')
  routes.onInstalled(portal)
  return { success: true, message: DONE, expires_in: granted.expires_in, has_refresh_token: true }
}

interface Returned {
  readonly state: string | undefined
  readonly domain: string | undefined
  readonly session: string | undefined
}

/** The portal this browser began with. Throws `bitrix_state_invalid`; the state is used up either way. */
async function requirePortal(
  { state, domain, session }: Returned,
  { portals, served }: OAuthRoutes,
): Promise<Portal> {
  if (state === undefined) throw new AppError('bitrix_state_invalid')
  const sessionHash = sha256(session ?? '')
  const origin = await portals.useState({ hash: sha256(state), sessionHash })
  const portal = served.find((known) => known.origin === origin)
  // An answer from another portal than was asked could be for somebody else's code.
  if (!portal || (domain !== undefined && !portal.isOwn(domain))) throw new AppError('bitrix_state_invalid')
  return portal
}

function findPortal(domain: string | undefined, served: readonly Portal[]): Portal {
  const portal = domain === undefined ? served[0] : served.find((known) => known.isOwn(domain))
  if (portal) return portal
  throw new AppError('bitrix_portal_unknown')
}

function queryOf(request: FastifyRequest): Readonly<Record<string, string | undefined>> {
  const values = request.query as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      typeof value === 'string' && value ? [[name, value]] : [],
    ),
  )
}

function sessionOf({ headers }: FastifyRequest): string | undefined {
  const cookies = (headers.cookie ?? '').split(';').map((part) => part.trim())
  return cookies.find((part) => part.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
