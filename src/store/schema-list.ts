import { COMPANY_TABLES } from './schema-list-companies.ts'
import { BITRIX_TABLES } from './schema-list-bitrix.ts'
import { CHATBOT_TABLES } from './schema-list-chatbots.ts'
import { DOCUMENT_TABLES } from './schema-list-documents.ts'
import { ROLLOUT_TABLES } from './schema-list-rollouts.ts'

/** A table as it should be: each column with its type. */
export interface ExpectedTable {
  readonly columns: Readonly<Record<string, string>>
}

/** Every table, as the newest migration leaves it; types as PostgreSQL prints them, `!` for not null. */
export const EXPECTED_TABLES: Readonly<Record<string, ExpectedTable>> = {
  conversations: {
    columns: {
      id: 'uuid!',
      bot: 'text!',
      channel: 'text!',
      key: 'text!',
      subject: 'text!',
      created_at: 'timestamp with time zone!',
      updated_at: 'timestamp with time zone!',
    },
  },
  messages: {
    columns: {
      id: 'uuid!',
      conversation_id: 'uuid!',
      position: 'bigint!',
      role: 'text!',
      text: 'text!',
      created_at: 'timestamp with time zone!',
      turn_id: 'uuid',
    },
  },
  turns: {
    columns: {
      id: 'uuid!',
      conversation_id: 'uuid!',
      bot: 'text!',
      channel: 'text!',
      subject: 'text!',
      revision: 'text!',
      model: 'text!',
      outcome: 'text',
      error_code: 'text',
      first_token_ms: 'integer',
      duration_ms: 'integer',
      input_tokens: 'integer!',
      output_tokens: 'integer!',
      steps: 'integer!',
      tool_calls: 'integer!',
      started_at: 'timestamp with time zone!',
      ended_at: 'timestamp with time zone',
      owner: 'text!',
      lease_until: 'timestamp with time zone!',
      stop_requested_at: 'timestamp with time zone',
      first_audio_ms: 'integer',
      audio_chunks: 'integer!',
      words: 'integer!',
      characters: 'integer!',
      tool_ms: 'integer!',
      queue_ms: 'integer',
    },
  },
  metrics_start: {
    columns: { one: 'boolean!', since: 'timestamp with time zone!' },
  },
  turn_events: {
    columns: { turn_id: 'uuid!', first_seq: 'integer!', last_seq: 'integer!', events: 'text!' },
  },
  lanes: {
    columns: {
      queue: 'text!',
      key: 'text!',
      due_at: 'timestamp with time zone!',
      token: 'bigint!',
      leased: 'boolean!',
      attempts: 'integer!',
      last_error: 'text',
    },
  },
  lane_items: {
    columns: {
      id: 'bigint!',
      queue: 'text!',
      key: 'text!',
      dedupe: 'text',
      payload: 'text!',
      run_at: 'timestamp with time zone!',
      created_at: 'timestamp with time zone!',
    },
  },
  lane_dead_items: {
    columns: {
      id: 'bigint!',
      queue: 'text!',
      key: 'text!',
      dedupe: 'text',
      payload: 'text!',
      attempts: 'integer!',
      last_error: 'text',
      created_at: 'timestamp with time zone!',
      died_at: 'timestamp with time zone!',
    },
  },
  inbox_messages: {
    columns: {
      id: 'uuid!',
      channel: 'text!',
      bot: 'text!',
      external_id: 'text!',
      conversation_key: 'text!',
      subject: 'text!',
      text: 'text!',
      detail: 'text!',
      accepted_at: 'timestamp with time zone!',
      answered_with: 'uuid',
      outcome: 'text',
      finished_at: 'timestamp with time zone',
      error: 'text',
      trace: 'text',
    },
  },
  deliveries: {
    columns: {
      message_id: 'uuid!',
      part: 'integer!',
      state: 'text!',
      external_id: 'text',
      content: 'text',
      ambiguous: 'integer!',
      attempts: 'integer!',
      last_error: 'text',
      created_at: 'timestamp with time zone!',
      updated_at: 'timestamp with time zone!',
    },
  },
  users: {
    columns: {
      id: 'integer!',
      email: 'text',
      name: 'text!',
      password_hash: 'text',
      role: 'text!',
      created_at: 'timestamp with time zone!',
      updated_at: 'timestamp with time zone!',
    },
  },
  ended_tokens: {
    columns: { id: 'text!', expires_at: 'timestamp with time zone!' },
  },
  identities: {
    columns: { subject: 'text!', user_id: 'integer!', created_at: 'timestamp with time zone!' },
  },
  link_codes: {
    columns: { hash: 'text!', user_id: 'integer!', expires_at: 'timestamp with time zone!' },
  },
  tasks: {
    columns: {
      id: 'bigint!',
      subject: 'text!',
      title: 'text!',
      description: 'text',
      completed: 'boolean!',
      priority: 'text!',
      tags: 'text[]!',
      recurrence: 'text',
      due_at: 'timestamp with time zone',
      due_all_day: 'boolean!',
      reminder_offset_minutes: 'integer',
      remind_at: 'timestamp with time zone',
      parent_task_id: 'bigint',
      created_at: 'timestamp with time zone!',
      updated_at: 'timestamp with time zone!',
    },
  },
  notifications: {
    columns: {
      id: 'bigint!',
      subject: 'text!',
      task_id: 'bigint!',
      message: 'text!',
      read: 'boolean!',
      announced: 'boolean!',
      created_at: 'timestamp with time zone!',
    },
  },
  task_owners: {
    columns: { subject: 'text!' },
  },
  time_zones: {
    columns: { subject: 'text!', time_zone: 'text!' },
  },
  turn_references: {
    columns: {
      bot: 'text!',
      channel: 'text!',
      reference: 'text!',
      turn_id: 'uuid!',
      created_at: 'timestamp with time zone!',
    },
  },
  feedback: {
    columns: {
      id: 'bigint!',
      bot: 'text!',
      channel: 'text!',
      reference: 'text!',
      subject: 'text!',
      kind: 'text!',
      value: 'text!',
      turn_id: 'uuid',
      revision: 'text',
      created_at: 'timestamp with time zone!',
    },
  },
  channel_notes: {
    columns: { channel: 'text!', key: 'text!', value: 'text!', updated_at: 'timestamp with time zone!' },
  },
  ...CHATBOT_TABLES,
  ...DOCUMENT_TABLES,
  ...ROLLOUT_TABLES,
  ...BITRIX_TABLES,
  ...COMPANY_TABLES,
}
