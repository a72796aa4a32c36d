import type { BitrixPortals } from '../../bitrix24-portals.ts'
import { AppError } from '../../errors.ts'
import { failureOf } from '../../messaging/call-failure.ts'
import { exchangeCode, type GrantedTokens } from './auth-server.ts'
import type { Portal } from './portal.ts'

export interface InstallContext {
  readonly portals: BitrixPortals
  readonly timeoutMs: number
  readonly oauthUrl: string
}

/** What came back from an authorization that this server began. */
export interface Authorization {
  readonly code: string
  /** Where the portal says that it has its tokens from. */
  readonly authServer: string | undefined
}

/**
 * Turns the code into tokens and keeps them. Throws `bitrix_oauth_refused`, and keeps nothing, when they are not for
 * the portal and the application that are configured; `bitrix_not_administrator` when they are nobody's who may do that.
 */
export async function authorize(
  portal: Portal,
  { code, authServer }: Authorization,
  context: InstallContext,
): Promise<GrantedTokens> {
  const { application } = portal
  const server = portal.authServerFor(authServer)
  try {
    const granted = await exchangeCode(code, { application, server, timeoutMs: context.timeoutMs })
    await keep(portal, { granted, applicationToken: null }, context)
    return granted
  } catch (error) {
    const failure = failureOf(error)
    if (!failure) throw error
    throw refused(failure.kind === 'unknown' ? 'no answer' : failure.message, error)
  }
}

export interface Installation {
  readonly granted: GrantedTokens
  readonly applicationToken: string | null
}

/**
 * Keeps the tokens of an installation once the portal has said, asked with them, that they are of our application and
 * an administrator's. Whoever sends tokens to us is not believed otherwise.
 */
export async function keep(
  portal: Portal,
  { granted, applicationToken }: Installation,
  { portals }: InstallContext,
): Promise<void> {
  if (!portal.isOwn(granted.client_endpoint)) throw refused('the tokens are for another portal')
  await requireOwnApplication(portal, granted.access_token)
  await requireAdministrator(portal, granted.access_token)
  await portals.install({
    origin: portal.origin,
    memberId: granted.member_id,
    ...portal.sealTokens(granted),
    applicationToken: applicationToken === null ? null : portal.seal.seal(applicationToken, 'application'),
  })
  await portal.read()
  portal.problem = null
}

/** A code of the catalogue has another form, and is not compared. Source: b24restdocs, app.info. */
const LOCAL = /^local\./

export async function requireOwnApplication(portal: Portal, accessToken: string): Promise<void> {
  const { signal } = new AbortController()
  const info = (await portal.callWith(accessToken, 'app.info', signal)) as
    | { readonly CODE?: unknown }
    | undefined
  const { clientId } = portal.application
  if (LOCAL.test(clientId) && info?.CODE !== clientId) throw refused('the tokens are of another application')
}

/** In the cloud it is who may change the portal's settings. Source: b24restdocs, user.admin. */
async function requireAdministrator(portal: Portal, accessToken: string): Promise<void> {
  const { signal } = new AbortController()
  const answer = await portal.callWith(accessToken, 'user.admin', signal)
  if (answer !== true) throw new AppError('bitrix_not_administrator')
}

function refused(problem: string, cause?: unknown): AppError {
  return new AppError('bitrix_oauth_refused', { params: { problem }, cause })
}
