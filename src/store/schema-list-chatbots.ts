import type { ExpectedTable } from './schema-list.ts'

/** The tables of chatbots that are data, and of guests. */
export const CHATBOT_TABLES: Readonly<Record<string, ExpectedTable>> = {
  chatbots: {
    columns: {
      id: 'text!',
      owner: 'integer',
      draft: 'text!',
      version: 'integer!',
      published: 'integer',
      tokens_per_day: 'bigint',
      tokens_per_month: 'bigint',
      archived_at: 'timestamp with time zone',
      created_at: 'timestamp with time zone!',
      updated_at: 'timestamp with time zone!',
    },
  },
  chatbot_revisions: {
    columns: {
      chatbot_id: 'text!',
      number: 'integer!',
      revision: 'text!',
      definition: 'text!',
      published_by: 'text!',
      published_at: 'timestamp with time zone!',
      from_number: 'integer',
    },
  },
  chatbot_changes: {
    columns: {
      id: 'bigint!',
      chatbot_id: 'text!',
      version: 'integer!',
      action: 'text!',
      detail: 'text!',
      changed_by: 'text!',
      changed_at: 'timestamp with time zone!',
    },
  },
  chatbot_usage: {
    columns: { chatbot_id: 'text!', day: 'date!', tokens: 'bigint!', turns: 'integer!' },
  },
  guest_messages: {
    columns: { bot: 'text!', guest: 'text!', used: 'integer!', since: 'timestamp with time zone!' },
  },
}
