import type { ExpectedTable } from './schema-list.ts'

/** The tables of flags, rollouts and the record of their changes. */
export const ROLLOUT_TABLES: Readonly<Record<string, ExpectedTable>> = {
  flags: {
    columns: {
      name: 'text!',
      enabled: 'boolean!',
      percentage: 'real!',
      allow: 'text[]!',
      deny: 'text[]!',
      variant: 'text!',
      changed_at: 'timestamp with time zone!',
    },
  },
  rollouts: {
    columns: {
      id: 'uuid!',
      bot: 'text!',
      stable: 'text!',
      candidate: 'text!',
      status: 'text!',
      stage: 'integer!',
      options: 'text!',
      options_hash: 'text!',
      version: 'integer!',
      fence: 'integer!',
      reason: 'text!',
      tally: 'text',
      judgement: 'text',
      started_at: 'timestamp with time zone!',
      stage_started_at: 'timestamp with time zone!',
      held_since: 'timestamp with time zone',
      evaluated_at: 'timestamp with time zone',
      changed_at: 'timestamp with time zone!',
      ended_at: 'timestamp with time zone',
    },
  },
  audit_entries: {
    columns: {
      position: 'integer!',
      at: 'timestamp with time zone!',
      actor: 'text!',
      topic: 'text!',
      name: 'text!',
      subject: 'text',
      before: 'text',
      after: 'text',
      reason: 'text!',
      detail: 'text',
      previous_hash: 'text!',
      hash: 'text!',
    },
  },
}
