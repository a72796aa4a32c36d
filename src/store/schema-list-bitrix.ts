import type { ExpectedTable } from './schema-list.ts'

/** The tables of Bitrix24. */
export const BITRIX_TABLES: Readonly<Record<string, ExpectedTable>> = {
  bitrix_portals: {
    columns: {
      origin: 'text!',
      member_id: 'text!',
      access_token: 'text!',
      refresh_token: 'text!',
      auth_server: 'text!',
      application_token: 'text',
      version: 'bigint!',
      bot_id: 'bigint',
      bot_api: 'text',
      event_mode: 'text',
      refresh_owner: 'text',
      refresh_until: 'timestamp with time zone',
      fetch_owner: 'text',
      fetch_until: 'timestamp with time zone',
      fetch_offset: 'bigint!',
      installed_at: 'timestamp with time zone!',
      updated_at: 'timestamp with time zone!',
    },
  },
  bitrix_oauth_states: {
    columns: {
      hash: 'text!',
      session_hash: 'text!',
      origin: 'text!',
      expires_at: 'timestamp with time zone!',
    },
  },
}
