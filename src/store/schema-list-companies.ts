import type { ExpectedTable } from './schema-list.ts'

/** The tables of company lookups, and of files that bots gave people. */
export const COMPANY_TABLES: Readonly<Record<string, ExpectedTable>> = {
  company_records: {
    columns: {
      service: 'text!',
      query: 'text!',
      body: 'text',
      fetched_at: 'timestamp with time zone!',
      expires_at: 'timestamp with time zone!',
    },
  },
  company_usage: { columns: { day: 'date!', used: 'integer!' } },
  answer_files: {
    columns: {
      id: 'text!',
      subject: 'text!',
      name: 'text!',
      content_type: 'text!',
      bytes: 'bytea!',
      created_at: 'timestamp with time zone!',
      expires_at: 'timestamp with time zone!',
    },
  },
}
