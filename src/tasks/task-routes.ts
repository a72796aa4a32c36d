import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { subjectOf, type Gate } from '../http/principal.ts'
import { addRestRoutes, REST_PROBLEMS } from '../http/rest-routes.ts'
import { addNotificationRoutes } from './notification-routes.ts'
import { gateOf, type OwnRoutes } from './own-routes.ts'
import { Completion, PATHS, TaskBody, TaskChangesBody, TaskFilter, TaskRow } from './task-requests.ts'
import type { Task, TaskChanges, Tasks } from './tasks.ts'

export interface TaskRoutesOptions {
  readonly gate: Gate
  readonly tasks: Tasks
}

/** The REST routes of tasks, reminders and the time zone of signed-in people, as guide 001 has them. */
export function addTaskRoutes(server: FastifyInstance, { gate, tasks }: TaskRoutesOptions): void {
  const own: OwnRoutes['own'] = (request) => {
    const principal = gate.principalOf(request)
    return { tasks: tasks.of(subjectOf(principal)), userId: principal.userId }
  }
  addRestRoutes(server, (routes) => {
    for (const base of ['/api', '/api/:user_id'] as const) {
      const parts = { routes, base, gate, own }
      addListRoutes(parts)
      addRowRoutes(parts)
      addCompletionRoute(parts)
      addNotificationRoutes(parts)
    }
  })
}

const secured = { tags: ['tasks'], security: [{ bearer: [] }] }

function addListRoutes({ routes, base, gate, own }: OwnRoutes): void {
  const onRequest = gateOf({ base, gate })
  routes.post(
    `${base}/tasks`,
    {
      onRequest,
      schema: {
        ...secured,
        params: PATHS[base].person,
        summary: 'Add a task',
        body: TaskBody,
        response: { ...REST_PROBLEMS, 201: TaskRow },
      },
    },
    async (request, reply) => {
      const { tasks, userId } = own(request)
      const { due_date, reminder_offset_minutes, ...task } = request.body
      const added = await tasks.add({
        ...task,
        dueDate: due_date,
        reminderOffsetMinutes: reminder_offset_minutes,
      })
      return reply.code(201).send(toRow(added, userId))
    },
  )
  routes.get(
    `${base}/tasks`,
    {
      onRequest,
      schema: {
        ...secured,
        params: PATHS[base].person,
        summary: 'The tasks, filtered and sorted',
        querystring: TaskFilter,
        response: { ...REST_PROBLEMS, 200: z.array(TaskRow) },
      },
    },
    async (request) => {
      const { tasks, userId } = own(request)
      const { status, ...query } = request.query
      const found = await tasks.list({ ...query, ...(status && { completed: status === 'completed' }) })
      return found.map((task) => toRow(task, userId))
    },
  )
}

function addRowRoutes({ routes, base, gate, own }: OwnRoutes): void {
  const onRequest = gateOf({ base, gate })
  const path = `${base}/tasks/:id`
  const found = { ...REST_PROBLEMS, 200: TaskRow }
  routes.get(
    path,
    { onRequest, schema: { ...secured, params: PATHS[base].row, summary: 'One task', response: found } },
    async (request) => {
      const { tasks, userId } = own(request)
      return toRow(await tasks.get(request.params.id), userId)
    },
  )
  for (const method of ['PUT', 'PATCH'] as const)
    routes.route({
      method,
      url: path,
      onRequest,
      schema: {
        ...secured,
        params: PATHS[base].row,
        summary: 'Change fields of a task',
        body: TaskChangesBody,
        response: found,
      },
      handler: async (request) => {
        const { tasks, userId } = own(request)
        const { task } = await tasks.update(request.params.id, toChanges(request.body))
        return toRow(task, userId)
      },
    })
  const deleted = { ...REST_PROBLEMS, 204: z.null().describe('Deleted.') }
  routes.delete(
    path,
    {
      onRequest,
      schema: { ...secured, params: PATHS[base].row, summary: 'Delete a task', response: deleted },
    },
    async (request, reply) => {
      await own(request).tasks.delete(request.params.id)
      return reply.code(204).send(null)
    },
  )
}

function addCompletionRoute({ routes, base, gate, own }: OwnRoutes): void {
  routes.patch(
    `${base}/tasks/:id/complete`,
    {
      onRequest: gateOf({ base, gate }),
      schema: {
        ...secured,
        params: PATHS[base].row,
        summary: 'Complete a task, or open it again; a recurring one is followed by the next',
        response: { ...REST_PROBLEMS, 200: Completion },
      },
    },
    async (request) => {
      const { tasks, userId } = own(request)
      const { task, next } = await tasks.setCompleted(request.params.id, 'toggle')
      return {
        data: { current_task: toRow(task, userId), next_task: next && toRow(next, userId) },
        error: null,
      }
    },
  )
}

function toChanges(body: z.infer<typeof TaskChangesBody>): TaskChanges {
  const { due_date, reminder_offset_minutes, ...plain } = body
  return { ...plain, dueDate: due_date, reminderOffsetMinutes: reminder_offset_minutes }
}

function toRow(task: Task, userId: number): z.infer<typeof TaskRow> {
  return {
    id: task.id,
    user_id: userId,
    title: task.title,
    description: task.description,
    completed: task.completed,
    priority: task.priority,
    tags: [...task.tags],
    recurrence: task.recurrence,
    due_date: task.dueDate,
    reminder_offset_minutes: task.reminderOffsetMinutes,
    parent_task_id: task.parentTaskId,
    created_at: task.createdAt.toISOString(),
    updated_at: task.updatedAt.toISOString(),
  }
}
