import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { todo } from '../../bots/todo/todo.ts'
import { appBackends, send, signUp, type Person, type Reply } from '../../test/people.ts'
import type { TestApp } from '../../test/test-app.ts'

describe.each(appBackends())('the REST API of tasks on $name', (backend) => {
  let app: TestApp
  let ada: Person
  let bob: Person

  beforeAll(async () => {
    app = await backend.start({
      moreBots: [todo],
      env: { RATE_LIMIT_PER_SECOND: '0', MAX_TASKS_PER_PERSON: '50' },
    })
    ada = await signUp(app)
    bob = await signUp(app, 'Bob')
  })
  afterAll(() => app.close())

  const as = (person: Person, request: string, body?: unknown): Promise<Reply> =>
    send(app, request.replace('{me}', String(person.id)), { token: person.token, body })

  test.each(['/api/{me}/tasks', '/api/tasks'])(
    'POST %s makes a task with the fields of guide 001',
    async (path) => {
      const { status, body } = await as(ada, `POST ${path}`, { title: 'Buy milk' })
      expect(status).toBe(201)
      expect(body).toEqual({
        id: expect.any(Number),
        user_id: ada.id,
        title: 'Buy milk',
        description: null,
        completed: false,
        priority: 'none',
        tags: [],
        recurrence: null,
        due_date: null,
        reminder_offset_minutes: null,
        parent_task_id: null,
        created_at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*Z$/),
        updated_at: expect.any(String),
      })
      expect(await as(ada, `GET ${path}/${body.id}`)).toMatchObject({ status: 200, body })
    },
  )

  test('lists are filtered, searched and sorted by their parameters', async () => {
    const person = await signUp(app)
    for (const task of [
      { title: 'Milk', priority: 'high', tags: ['home'], due_date: '2030-01-02' },
      { title: 'Bread', priority: 'low', due_date: '2030-01-01', description: 'rye' },
    ])
      await as(person, 'POST /api/tasks', task)
    const { body: third } = await as(person, 'POST /api/tasks', { title: 'Apples' })
    await as(person, `PATCH /api/tasks/${third.id}/complete`)
    const titles = async (query: string): Promise<string> => {
      const { body } = await as(person, `GET /api/{me}/tasks?${query}`)
      return body.map(({ title }: { title: string }) => title).join()
    }
    expect(await titles('')).toBe('Apples,Bread,Milk')
    expect(await titles('status=pending')).toBe('Bread,Milk')
    expect(await titles('status=completed')).toBe('Apples')
    expect(await titles('priority=high&tag=Home')).toBe('Milk')
    expect(await titles('search=RYE')).toBe('Bread')
    expect(await titles('sort=due_date&order=asc')).toBe('Bread,Milk,Apples')
    expect(await titles('sort=title&order=asc&limit=2')).toBe('Apples,Bread')
    expect((await as(person, 'GET /api/tasks?sort=owner')).status).toBe(422)
  })

  test.each(['PUT', 'PATCH'])('%s changes what is named, and null clears', async (method) => {
    const { body } = await as(ada, 'POST /api/tasks', {
      title: 'a',
      description: 'b',
      due_date: '2030-01-01',
    })
    const path = `/api/{me}/tasks/${body.id}`
    const changed = await as(ada, `${method} ${path}`, { title: 'c', due_date: null, completed: true })
    expect(changed).toMatchObject({
      status: 200,
      body: { title: 'c', description: 'b', due_date: null, completed: true },
    })
  })

  test('completing toggles, and a recurring task is followed by the next', async () => {
    const { body: task } = await as(ada, 'POST /api/tasks', {
      title: 'Rent',
      due_date: '2030-01-31',
      recurrence: { type: 'monthly' },
    })
    const { body } = await as(ada, `PATCH /api/tasks/${task.id}/complete`)
    expect(body).toMatchObject({
      data: {
        current_task: { id: task.id, completed: true },
        next_task: { due_date: '2030-02-28', completed: false, parent_task_id: task.id },
      },
      error: null,
    })
    const again = await as(ada, `PATCH /api/tasks/${task.id}/complete`)
    expect(again.body.data).toMatchObject({ current_task: { completed: false }, next_task: null })
  })

  test('a task is deleted once', async () => {
    const { body } = await as(ada, 'POST /api/tasks', { title: 'a' })
    expect((await as(ada, `DELETE /api/tasks/${body.id}`)).status).toBe(204)
    expect(await as(ada, `DELETE /api/tasks/${body.id}`)).toMatchObject({
      status: 404,
      body: { detail: 'Task not found', error: 'not_found' },
    })
  })

  test.each([
    [{}],
    [{ title: '  ' }],
    [{ title: 'x'.repeat(201) }],
    [{ title: 'x', priority: 'urgent' }],
    [{ title: 'x', tags: 'home' }],
    [{ title: 'x', recurrence: { type: 'yearly' } }],
    [{ title: 'x', recurrence: { type: 'daily', interval: 0 } }],
    [{ title: 'x', due_date: 'whenever' }],
    [{ title: 'x', reminder_offset_minutes: 60 }],
    [{ title: 'x', due_date: '2030-01-01', reminder_offset_minutes: -1 }],
  ])('%j does not fit and gets 422', async (body) => {
    expect(await as(ada, 'POST /api/{me}/tasks', body)).toMatchObject({
      status: 422,
      body: { error: 'validation_error', detail: expect.anything() },
    })
  })

  test('another user gets 403 in the path and 404 for the row, and nothing of it', async () => {
    const { body } = await as(ada, 'POST /api/tasks', { title: 'Secret of Ada' })
    const replies = await Promise.all(
      [
        `GET /api/tasks/${body.id}`,
        `PUT /api/tasks/${body.id}`,
        `PATCH /api/{me}/tasks/${body.id}`,
        `PATCH /api/tasks/${body.id}/complete`,
        `DELETE /api/{me}/tasks/${body.id}`,
        `GET /api/${ada.id}/tasks`,
        `GET /api/${ada.id}/tasks/${body.id}`,
        `DELETE /api/${ada.id}/tasks/${body.id}`,
        `GET /api/${ada.id}/notifications`,
        `GET /api/${ada.id}/settings`,
      ].map((request) => as(bob, request, request.startsWith('P') ? { title: 'Bob was here' } : undefined)),
    )
    expect(replies.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 403, 403, 403, 403, 403])
    expect(replies.at(-1)?.body.detail).toBe("Cannot access other users' tasks")
    expect(JSON.stringify(replies)).not.toContain('Secret')
    expect((await as(ada, `GET /api/tasks/${body.id}`)).body).toMatchObject({
      title: 'Secret of Ada',
      completed: false,
    })
  })

  test.each(['/api/tasks', '/api/1/tasks', '/api/notifications', '/api/settings', '/api/tasks/1'])(
    'nobody without a token gets %s',
    async (path) => {
      expect((await send(app, `GET ${path}`)).status).toBe(401)
      expect((await send(app, `GET ${path}`, { token: 'eyJhbGciOiJub25lIn0.e30.' })).status).toBe(401)
    },
  )

  test('SQL in a parameter is text', async () => {
    const evil = encodeURIComponent(`' or 1=1; drop table tasks; --`)
    expect((await as(bob, `GET /api/tasks?search=${evil}&tag=${evil}`)).body).toEqual([])
    expect((await as(bob, `GET /api/tasks/${evil}`)).status).toBe(422)
    expect((await as(ada, 'GET /api/tasks')).body.length).toBeGreaterThan(0)
  })

  test('a person has no more tasks than they may', async () => {
    const person = await signUp(app)
    const add = (): Promise<Reply> => as(person, 'POST /api/tasks', { title: 'x' })
    for (let count = 0; count < 50; count++) await add()
    expect(await add()).toMatchObject({ status: 422, body: { code: 'task_limit' } })
  })

  test('a reminder becomes a notification, listed and read by its owner alone', async () => {
    const person = await signUp(app)
    const soon = new Date(Date.now() + 60_000).toISOString()
    const { body: task } = await as(person, 'POST /api/tasks', {
      title: 'Call mom',
      due_date: soon,
      reminder_offset_minutes: 5,
    })
    await app.jobs.put({ job: 'botyard-reminders' })
    await expect
      .poll(async () => (await as(person, 'GET /api/notifications?read=false')).body)
      .toHaveLength(1)
    const [notification] = (await as(person, 'GET /api/{me}/notifications')).body
    expect(notification).toEqual({
      id: expect.any(Number),
      user_id: person.id,
      task_id: task.id,
      message: "⏰ 'Call mom' is due soon!",
      read: false,
      created_at: expect.any(String),
    })
    const missing = { data: null, error: { message: 'Notification not found', code: 'NOT_FOUND' } }
    expect(await as(bob, `PATCH /api/notifications/${notification.id}/read`)).toMatchObject({
      status: 200,
      body: missing,
    })
    expect((await as(person, `PATCH /api/{me}/notifications/${notification.id}/read`)).body.error).toBeNull()
    expect((await as(person, 'GET /api/notifications?read=false')).body).toEqual([])
  })

  test('the time zone a person chooses is the one their dates are read in', async () => {
    const person = await signUp(app)
    expect((await as(person, 'GET /api/settings')).body).toEqual({ time_zone: 'UTC' })
    expect((await as(person, 'PUT /api/{me}/settings', { time_zone: 'Asia/Tokyo' })).body).toEqual({
      time_zone: 'Asia/Tokyo',
    })
    const { body } = await as(person, 'POST /api/tasks', { title: 'x', due_date: '2030-01-01T09:00' })
    expect(body.due_date).toBe('2030-01-01T00:00:00.000Z')
    expect((await as(person, 'PUT /api/settings', { time_zone: 'Mars' })).status).toBe(422)
  })

  test('the description of the API has every route with its errors', async () => {
    const { paths } = (await send(app, 'GET /openapi.json')).body
    for (const base of ['/api', '/api/{user_id}'])
      for (const path of [
        'tasks',
        'tasks/{id}',
        'tasks/{id}/complete',
        'notifications',
        'notifications/{id}/read',
        'settings',
      ])
        for (const route of Object.values<{ responses: object }>(paths[`${base}/${path}`] ?? { none: {} }))
          expect(Object.keys(route.responses)).toEqual(
            expect.arrayContaining(['401', '403', '404', '422', '503']),
          )
  })
})
