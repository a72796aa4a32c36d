import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { BitrixPortal, BitrixPortals } from '../../bitrix24-portals.ts'
import { AppError } from '../../errors.ts'
import { isOneOf } from '../../http/bearer.ts'
import { failureOf } from '../../messaging/call-failure.ts'
import { parseEvent, type BitrixEvent } from './event-body.ts'
import { hold } from './hold.ts'
import { keep, requireOwnApplication, type InstallContext } from './install.ts'
import { OneByOne } from './one-by-one.ts'
import type { Portal } from './portal.ts'
import { readMessages, type BitrixMessage } from './read-message.ts'

export interface EventRoutes extends InstallContext {
  readonly portals: BitrixPortals
  readonly served: readonly Portal[]
  /** Resolves when the message is stored. */
  readonly receive: (message: BitrixMessage, portal: Portal) => Promise<void>
  /** Told when a portal has new tokens, or its bot is gone. */
  readonly onChanged: (portal: Portal) => void
}

/** Where the portal is told to post to, and guide 004's other address. */
export const EVENT_PATH = '/bitrix/event'
const PATHS = [EVENT_PATH, '/webhook/bitrix'] as const

const LARGEST_BODY = 2 * 1024 * 1024

/** Adds the addresses for events. An event is acknowledged when what it says is stored. */
export function addEventRoutes(server: FastifyInstance, routes: EventRoutes): void {
  const dialogs = new OneByOne()
  void server.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      '*',
      { parseAs: 'string', bodyLimit: LARGEST_BODY },
      (_request, body, done) => {
        done(null, body)
      },
    )
    for (const path of PATHS)
      scope.post(path, { bodyLimit: LARGEST_BODY, schema: { hide: true } }, async (request) => {
        const event = parseEvent(request.body)
        if (!event)
          throw new AppError('invalid_request', { params: { problem: 'it is no event of Bitrix24.' } })
        await takeEvent(event, { ...routes, dialogs }, request.log)
        return { success: true }
      })
  })
}

interface Taking extends EventRoutes {
  /** What is held while the database is away is not passed by what comes later. */
  readonly dialogs: OneByOne
}

async function takeEvent(event: BitrixEvent, routes: Taking, log: FastifyBaseLogger): Promise<void> {
  if (event.event === 'ONAPPINSTALL') return install(event, routes, log)
  const portal = await requirePortal(event, routes)
  switch (event.event) {
    case 'ONAPPUNINSTALL':
      await routes.portals.remove(portal.origin)
      log.warn({ portal: portal.host }, 'Bitrix24: the application was removed from the portal')
      return routes.onChanged(portal)
    case 'ONIMBOTDELETE':
    case 'ONIMBOTV2DELETE':
      await routes.portals.keepBot(portal.origin, null)
      log.warn(
        { portal: portal.host },
        'Bitrix24: the bot was removed from the portal; it is registered again',
      )
      return routes.onChanged(portal)
    default:
      for (const message of readMessages({ ...event, at: Number(event.ts) * 1_000 }))
        await routes.dialogs.run(`${portal.origin} ${message.dialogId}`, () =>
          hold(() => routes.receive(message, portal)),
        )
  }
}

/** The first word of a new application: its tokens, which the portal itself has to confirm. */
async function install({ auth }: BitrixEvent, routes: EventRoutes, log: FastifyBaseLogger): Promise<void> {
  const portal = findPortal(auth, routes.served)
  const { access_token, refresh_token, application_token, member_id } = auth
  if (!portal || !access_token || !refresh_token || !application_token || !member_id)
    throw new AppError('webhook_secret_invalid')
  const granted = {
    access_token,
    refresh_token,
    member_id,
    client_endpoint: auth.client_endpoint ?? portal.origin,
    server_endpoint: auth.server_endpoint,
    expires_in: Number(auth.expires_in ?? 3_600),
  }
  try {
    await keep(portal, { granted, applicationToken: application_token }, routes)
  } catch (error) {
    throw failureOf(error) ? new AppError('webhook_secret_invalid', { cause: error }) : error
  }
  log.info({ portal: portal.host }, 'Bitrix24: the application is installed')
  routes.onChanged(portal)
}

/** The portal that shows its own token. Throws `webhook_secret_invalid` before anything else of the event is read. */
async function requirePortal(event: BitrixEvent, routes: EventRoutes): Promise<Portal> {
  const { auth } = event
  const portal = findPortal(auth, routes.served)
  const known = await portal?.state()
  const given = auth.application_token
  if (!portal || !known || !given || !isForMember(auth, known)) throw new AppError('webhook_secret_invalid')
  if (known.applicationToken === null) await learnToken(portal, auth, routes)
  else await requireToken(portal, given, known.applicationToken)
  if (
    ![auth.client_endpoint ?? portal.origin, auth.domain ?? portal.origin].every((place) =>
      portal.isOwn(place),
    )
  )
    throw new AppError('webhook_secret_invalid')
  return portal
}

/** Another replica may have learned of a new installation. */
async function requireToken(portal: Portal, given: string, sealed: string): Promise<void> {
  if (isOneOf(given, [portal.seal.open(sealed, 'application')])) return
  const fresh = (await portal.read())?.applicationToken ?? sealed
  if (fresh !== sealed && isOneOf(given, [portal.seal.open(fresh, 'application')])) return
  throw new AppError('webhook_secret_invalid')
}

/**
 * An authorization in the browser does not say the application's token, so the first event does; it is believed when
 * its access token is good for our application at our portal.
 */
async function learnToken(
  portal: Portal,
  auth: BitrixEvent['auth'],
  { portals }: EventRoutes,
): Promise<void> {
  const { access_token: accessToken, application_token: given } = auth
  if (!accessToken || !given) throw new AppError('webhook_secret_invalid')
  try {
    await requireOwnApplication(portal, accessToken)
  } catch (error) {
    throw new AppError('webhook_secret_invalid', { cause: error })
  }
  await portals.keepApplicationToken(portal.origin, portal.seal.seal(given, 'application'))
  await portal.read()
}

/** An event names its portal by its address, the same as is configured. */
function findPortal(
  { domain, client_endpoint: endpoint }: BitrixEvent['auth'],
  served: readonly Portal[],
): Portal | undefined {
  const place = domain ?? endpoint
  return place === undefined ? undefined : served.find((portal) => portal.isOwn(place))
}

function isForMember({ member_id: member }: BitrixEvent['auth'], { memberId }: BitrixPortal): boolean {
  return member === undefined || member === memberId
}
