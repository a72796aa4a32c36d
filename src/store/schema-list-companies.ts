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
    indexes: ['company_records_pkey', 'company_records_by_age'],
  },
  company_usage: { columns: { day: 'date!', used: 'integer!' }, indexes: ['company_usage_pkey'] },
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
    indexes: ['answer_files_pkey', 'answer_files_by_age', 'answer_files_by_subject'],
  },
}
