import { z } from 'zod'
import { ORDERS, PRIORITIES, RECURRENCE_TYPES, SORTS, TASK_LIMITS } from './task.ts'

const date = z
  .string()
  .trim()
  .min(1)
  .max(TASK_LIMITS.dateCharacters)
  .describe(
    'ISO 8601 (`2026-12-31`, `2026-12-31T09:00`, with or without an offset), or words such as `in 3 days`.',
  )

const Recurrence = z.object({
  type: z.enum(RECURRENCE_TYPES),
  interval: z
    .int()
    .min(1)
    .max(TASK_LIMITS.interval)
    .default(1)
    .describe('Every so many days, weeks or months.'),
  end_date: date.nullish().describe('No task comes after that day.'),
})

const fields = {
  title: z.string().trim().min(1).max(TASK_LIMITS.titleCharacters),
  description: z.string().max(TASK_LIMITS.descriptionCharacters).nullish(),
  priority: z.enum(PRIORITIES).optional(),
  tags: z
    .array(z.string().trim().min(1).max(TASK_LIMITS.tagCharacters))
    .max(TASK_LIMITS.tags)
    .optional()
    .describe('Kept in lower case.'),
  recurrence: Recurrence.nullish(),
  due_date: date.nullish(),
  reminder_offset_minutes: z
    .int()
    .min(0)
    .max(TASK_LIMITS.reminderMinutes)
    .nullish()
    .describe('Reminds so long before the due date; 0 at the time itself. Needs a due date.'),
}

export const TaskBody = z
  .object(fields)
  .meta({ examples: [{ title: 'Buy milk', due_date: 'tomorrow at 9', reminder_offset_minutes: 30 }] })

export const TaskChangesBody = z
  .object({ ...fields, title: fields.title.optional(), completed: z.boolean().optional() })
  .meta({
    description: 'An absent field stays as it is; null clears it.',
    examples: [{ priority: 'high', due_date: null }],
  })

export const TaskFilter = z.object({
  status: z.enum(['completed', 'pending']).optional(),
  priority: z.enum(PRIORITIES).optional(),
  tag: z.string().max(TASK_LIMITS.tagCharacters).optional(),
  search: z
    .string()
    .max(TASK_LIMITS.searchCharacters)
    .optional()
    .describe('Part of the title or the description, in any case.'),
  sort: z.enum(SORTS).default('created_at'),
  order: z.enum(ORDERS).default('desc').describe('Tasks without a due date come last in both orders.'),
  limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
})

const user_id = z
  .string()
  .regex(/^\d{1,10}$/)
  .describe('The id of the signed-in user.')
const id = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER)

/** What the paths below each base hold. */
export const PATHS = {
  '/api': { person: z.object({}), row: z.object({ id }) },
  '/api/:user_id': { person: z.object({ user_id }), row: z.object({ user_id, id }) },
} as const

export const TaskRow = z.object({
  id: z.number().int(),
  user_id: z.number().int(),
  title: z.string(),
  description: z.string().nullable(),
  completed: z.boolean(),
  priority: z.enum(PRIORITIES),
  tags: z.array(z.string()),
  recurrence: z
    .object({ type: z.enum(RECURRENCE_TYPES), interval: z.number().int(), end_date: z.string().nullable() })
    .nullable(),
  due_date: z.string().nullable().describe('`YYYY-MM-DD` for a day, ISO 8601 in UTC for a time.'),
  reminder_offset_minutes: z.number().int().nullable(),
  parent_task_id: z.number().int().nullable().describe('The task whose completion made this one.'),
  created_at: z.string(),
  updated_at: z.string(),
})

export const Completion = z.object({
  data: z.object({
    current_task: TaskRow,
    next_task: TaskRow.nullable().describe('The next one of a recurring task.'),
  }),
  error: z.null(),
})

export const NotificationFilter = z.object({ read: z.enum(['true', 'false']).optional() })

export const NotificationRow = z.object({
  id: z.number().int(),
  user_id: z.number().int(),
  task_id: z.number().int(),
  message: z.string(),
  read: z.boolean(),
  created_at: z.string(),
})

export const NotificationRead = z
  .object({
    data: z.object({ message: z.string() }).nullable(),
    error: z.object({ message: z.string(), code: z.literal('NOT_FOUND') }).nullable(),
  })
  .describe('A notification that is not there is told in `error`, with status 200, as guide 001 does.')

export const PersonSettings = z
  .object({
    time_zone: z.string().min(1).max(64).describe('An IANA name such as `Europe/Paris`.'),
  })
  .meta({ examples: [{ time_zone: 'Europe/Paris' }] })
