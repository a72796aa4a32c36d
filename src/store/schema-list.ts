/** A table as it should be: each column with its type, and the names of its indexes, keys included. */
export interface ExpectedTable {
  readonly columns: Readonly<Record<string, string>>
  readonly indexes: readonly string[]
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
    indexes: ['conversations_pkey', 'conversations_by_key', 'conversations_by_subject'],
  },
  messages: {
    columns: {
      id: 'uuid!',
      conversation_id: 'uuid!',
      position: 'bigint!',
      role: 'text!',
      text: 'text!',
      created_at: 'timestamp with time zone!',
    },
    indexes: ['messages_pkey', 'messages_by_conversation'],
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
    },
    indexes: ['turns_pkey', 'turns_running', 'turns_by_conversation', 'turns_by_bot'],
  },
  turn_events: {
    columns: { turn_id: 'uuid!', first_seq: 'integer!', last_seq: 'integer!', events: 'text!' },
    indexes: ['turn_events_pkey'],
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
    indexes: ['lanes_pkey', 'lanes_due'],
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
    indexes: ['lane_items_pkey', 'lane_items_by_dedupe', 'lane_items_by_lane'],
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
    indexes: ['lane_dead_items_pkey', 'lane_dead_items_by_queue'],
  },
  seen_events: {
    columns: { source: 'text!', event_id: 'text!', seen_at: 'timestamp with time zone!' },
    indexes: ['seen_events_pkey', 'seen_events_by_age'],
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
    indexes: ['users_pkey', 'users_by_email'],
  },
  ended_tokens: {
    columns: { id: 'text!', expires_at: 'timestamp with time zone!' },
    indexes: ['ended_tokens_pkey', 'ended_tokens_by_age'],
  },
  identities: {
    columns: { subject: 'text!', user_id: 'integer!', created_at: 'timestamp with time zone!' },
    indexes: ['identities_pkey', 'identities_by_user'],
  },
  link_codes: {
    columns: { hash: 'text!', user_id: 'integer!', expires_at: 'timestamp with time zone!' },
    indexes: ['link_codes_pkey', 'link_codes_by_user'],
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
    indexes: [
      'tasks_pkey',
      'tasks_by_subject',
      'tasks_by_state',
      'tasks_by_priority',
      'tasks_by_due',
      'tasks_by_parent',
      'tasks_to_remind',
    ],
  },
  notifications: {
    columns: {
      id: 'bigint!',
      subject: 'text!',
      task_id: 'bigint!',
      message: 'text!',
      read: 'boolean!',
      created_at: 'timestamp with time zone!',
    },
    indexes: ['notifications_pkey', 'notifications_by_subject', 'notifications_by_task'],
  },
  time_zones: {
    columns: { subject: 'text!', time_zone: 'text!' },
    indexes: ['time_zones_pkey'],
  },
}
