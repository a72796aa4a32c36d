import { z } from 'zod'
import { REST_PROBLEMS } from '../http/rest-routes.ts'
import {
  NotificationFilter,
  NotificationRead,
  NotificationRow,
  PATHS,
  PersonSettings,
} from './task-requests.ts'
import { gateOf, type OwnRoutes } from './own-routes.ts'

const secured = { tags: ['tasks'], security: [{ bearer: [] }] }

/** Reminders that came, and the time zone they are counted in. */
export function addNotificationRoutes(parts: OwnRoutes): void {
  addReminderRoutes(parts)
  addSettingsRoutes(parts)
}

function addReminderRoutes({ routes, base, gate, own }: OwnRoutes): void {
  const onRequest = gateOf({ base, gate })
  routes.get(
    `${base}/notifications`,
    {
      onRequest,
      schema: {
        ...secured,
        params: PATHS[base].person,
        summary: 'The reminders that came, newest first',
        querystring: NotificationFilter,
        response: { ...REST_PROBLEMS, 200: z.array(NotificationRow) },
      },
    },
    async (request) => {
      const { tasks, userId } = own(request)
      const { read } = request.query
      const found = await tasks.notifications(read === undefined ? {} : { read: read === 'true' })
      return found.map(({ taskId, createdAt, id, message, read }) => ({
        id,
        user_id: userId,
        task_id: taskId,
        message,
        read,
        created_at: createdAt.toISOString(),
      }))
    },
  )
  routes.patch(
    `${base}/notifications/:id/read`,
    {
      onRequest,
      schema: {
        ...secured,
        params: PATHS[base].row,
        summary: 'Mark a reminder as read',
        response: { ...REST_PROBLEMS, 200: NotificationRead },
      },
    },
    async (request) => {
      if (await own(request).tasks.markRead(request.params.id))
        return { data: { message: 'Notification marked as read' }, error: null }
      return { data: null, error: { message: 'Notification not found', code: 'NOT_FOUND' as const } }
    },
  )
}

function addSettingsRoutes({ routes, base, gate, own }: OwnRoutes): void {
  const onRequest = gateOf({ base, gate })
  const params = PATHS[base].person
  const response = { ...REST_PROBLEMS, 200: PersonSettings }
  routes.get(
    `${base}/settings`,
    { onRequest, schema: { ...secured, params, summary: 'The time zone dates are read in', response } },
    async (request) => ({ time_zone: await own(request).tasks.timeZone() }),
  )
  routes.put(
    `${base}/settings`,
    {
      onRequest,
      schema: { ...secured, params, summary: 'Choose the time zone', body: PersonSettings, response },
    },
    async (request) => {
      const { tasks } = own(request)
      await tasks.setTimeZone(request.body.time_zone)
      return { time_zone: await tasks.timeZone() }
    },
  )
}
