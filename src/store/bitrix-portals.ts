import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type {
  BitrixBot,
  BitrixInstallation,
  BitrixPortal,
  BitrixPortals,
  OAuthState,
  RefreshClaim,
  SealedTokens,
} from '../bitrix24-portals.ts'
import type { BitrixPortalTable } from './schema-bitrix.ts'
import type { Schema } from './schema.ts'
import { milliseconds } from './sql-time.ts'
import type { Selectable } from 'kysely'

export function createBitrixPortals(db: Kysely<Schema>): BitrixPortals {
  return {
    find: (origin) => find(db, origin),
    install: (installation) => install(db, installation),
    remove: async (origin) => {
      await db.deleteFrom('bitrix_portals').where('origin', '=', origin).execute()
    },
    claimRefresh: (claim) => claimRefresh(db, claim),
    keepTokens: (origin, owner, tokens) => keepTokens(db, { origin, owner, tokens }),
    releaseRefresh: (origin, owner) => releaseRefresh(db, origin, owner),
    reseal: (portal) => reseal(db, portal),
    keepBot: (origin, bot) => keepBot(db, origin, bot),
    keepApplicationToken: async (origin, sealed) => {
      await db
        .updateTable('bitrix_portals')
        .set({ application_token: sealed, updated_at: sql`now()` })
        .where('origin', '=', origin)
        .execute()
    },
    claimFetch: (claim) => claimFetch(db, claim),
    keepOffset: (origin, owner, offset) => keepOffset(db, { origin, owner, offset }),
    keepState: (state) => keepState(db, state),
    useState: (state) => useState(db, state),
  }
}

async function find(db: Kysely<Schema>, origin: string): Promise<BitrixPortal | undefined> {
  const row = await db
    .selectFrom('bitrix_portals')
    .selectAll()
    .where('origin', '=', origin)
    .executeTakeFirst()
  return row && toPortal(row)
}

function toPortal(row: Selectable<BitrixPortalTable>): BitrixPortal {
  return {
    origin: row.origin,
    memberId: row.member_id,
    accessToken: row.access_token,
    refreshToken: row.refresh_token,
    authServer: row.auth_server,
    applicationToken: row.application_token,
    version: Number(row.version),
    bot: toBot(row),
  }
}

function toBot({ bot_id, bot_api, event_mode }: Selectable<BitrixPortalTable>): BitrixBot | null {
  if (bot_id === null || bot_api === null || event_mode === null) return null
  return { id: Number(bot_id), api: bot_api, eventMode: event_mode }
}

/** Another portal under the same address has other bots and other events: who still fetches those of the first keeps no offset. */
async function install(db: Kysely<Schema>, installation: BitrixInstallation): Promise<void> {
  const { origin, memberId, accessToken, refreshToken, authServer, applicationToken } = installation
  await sql`
    insert into bitrix_portals as known
      (origin, member_id, access_token, refresh_token, auth_server, application_token)
    values (${origin}, ${memberId}, ${accessToken}, ${refreshToken}, ${authServer}, ${applicationToken})
    on conflict (origin) do update set
      member_id = excluded.member_id,
      access_token = excluded.access_token,
      refresh_token = excluded.refresh_token,
      auth_server = excluded.auth_server,
      application_token = case when known.member_id = excluded.member_id
        then coalesce(excluded.application_token, known.application_token)
        else excluded.application_token end,
      version = known.version + 1,
      bot_id = case when known.member_id = excluded.member_id then known.bot_id end,
      fetch_offset = case when known.member_id = excluded.member_id then known.fetch_offset else 0 end,
      fetch_owner = case when known.member_id = excluded.member_id then known.fetch_owner end,
      fetch_until = case when known.member_id = excluded.member_id then known.fetch_until end,
      refresh_owner = null,
      refresh_until = null,
      updated_at = now()`.execute(db)
}

async function claimRefresh(
  db: Kysely<Schema>,
  { origin, version, owner, leaseMs }: RefreshClaim,
): Promise<boolean> {
  const { rows } = await sql`
    update bitrix_portals set refresh_owner = ${owner}, refresh_until = now() + ${milliseconds(leaseMs)}
    where origin = ${origin} and version = ${version} and (refresh_until is null or refresh_until < now())
    returning origin`.execute(db)
  return rows.length > 0
}

interface KeptTokens {
  readonly origin: string
  readonly owner: string
  readonly tokens: SealedTokens
}

async function keepTokens(db: Kysely<Schema>, { origin, owner, tokens }: KeptTokens): Promise<boolean> {
  const { rows } = await sql`
    update bitrix_portals set
      access_token = ${tokens.accessToken}, refresh_token = ${tokens.refreshToken},
      auth_server = ${tokens.authServer}, version = version + 1,
      refresh_owner = null, refresh_until = null, updated_at = now()
    where origin = ${origin} and refresh_owner = ${owner}
    returning origin`.execute(db)
  return rows.length > 0
}

async function releaseRefresh(db: Kysely<Schema>, origin: string, owner: string): Promise<void> {
  await sql`
    update bitrix_portals set refresh_owner = null, refresh_until = null
    where origin = ${origin} and refresh_owner = ${owner}`.execute(db)
}

async function reseal(db: Kysely<Schema>, portal: Parameters<BitrixPortals['reseal']>[0]): Promise<void> {
  await sql`
    update bitrix_portals set
      access_token = ${portal.accessToken}, refresh_token = ${portal.refreshToken},
      application_token = coalesce(${portal.applicationToken}, application_token)
    where origin = ${portal.origin} and version = ${portal.version}`.execute(db)
}

async function keepBot(db: Kysely<Schema>, origin: string, bot: BitrixBot | null): Promise<void> {
  const id = bot?.id ?? null
  // The events of another bot are counted anew, and who still fetches those of the one before keeps no offset.
  await sql`
    update bitrix_portals set
      fetch_offset = case when bot_id = ${id}::bigint then fetch_offset else 0 end,
      fetch_owner = case when bot_id = ${id}::bigint then fetch_owner end,
      fetch_until = case when bot_id = ${id}::bigint then fetch_until end,
      bot_id = ${id}, bot_api = ${bot?.api ?? null}, event_mode = ${bot?.eventMode ?? null}, updated_at = now()
    where origin = ${origin}`.execute(db)
}

async function claimFetch(
  db: Kysely<Schema>,
  { origin, owner, leaseMs }: Omit<RefreshClaim, 'version'>,
): Promise<number | undefined> {
  const { rows } = await sql<{ readonly fetch_offset: string }>`
    update bitrix_portals set fetch_owner = ${owner}, fetch_until = now() + ${milliseconds(leaseMs)}
    where origin = ${origin} and (fetch_owner = ${owner} or fetch_until is null or fetch_until < now())
    returning fetch_offset`.execute(db)
  return rows[0] && Number(rows[0].fetch_offset)
}

interface KeptOffset {
  readonly origin: string
  readonly owner: string
  readonly offset: number
}

async function keepOffset(db: Kysely<Schema>, { origin, owner, offset }: KeptOffset): Promise<void> {
  await sql`
    update bitrix_portals set fetch_offset = ${offset}
    where origin = ${origin} and fetch_owner = ${owner}`.execute(db)
}

async function keepState(
  db: Kysely<Schema>,
  { hash, sessionHash, origin, lifetimeMs }: OAuthState,
): Promise<void> {
  await sql`
    with expired as (delete from bitrix_oauth_states where expires_at < now())
    insert into bitrix_oauth_states (hash, session_hash, origin, expires_at)
    values (${hash}, ${sessionHash}, ${origin}, now() + ${milliseconds(lifetimeMs)})`.execute(db)
}

/** One statement: of two that come back with the same state, one finds it gone. */
async function useState(
  db: Kysely<Schema>,
  { hash, sessionHash }: Pick<OAuthState, 'hash' | 'sessionHash'>,
): Promise<string | undefined> {
  const { rows } = await sql<{ readonly origin: string }>`
    with used as (delete from bitrix_oauth_states where hash = ${hash} returning *)
    select origin from used where session_hash = ${sessionHash} and expires_at > now()`.execute(db)
  return rows[0]?.origin
}
