import { send, type Person } from './people.ts'
import type { TestApp } from './test-app.ts'

/** Talks to the bot as somebody, through the whole server, without a language model. */
export class Talk {
  readonly #app: TestApp
  readonly #person: Person
  #conversation: string | null = null

  constructor(app: TestApp, person: Person) {
    this.#app = app
    this.#person = person
  }

  /** A new conversation of a person who has these tasks and no others. */
  static async start(app: TestApp, person: Person, tasks: readonly object[] = []): Promise<Talk> {
    const talk = new Talk(app, person)
    for (const { id } of await talk.tasks()) await talk.rest(`DELETE /api/tasks/${id}`)
    for (const task of tasks) await talk.rest('POST /api/tasks', task)
    await talk.rest('PUT /api/settings', { time_zone: 'UTC' })
    return talk
  }

  async say(message: string): Promise<string> {
    const { body } = await send(this.#app, `POST /api/${this.#person.id}/chat`, {
      token: this.#person.token,
      body: { message, conversation_id: this.#conversation },
    })
    this.#conversation = body.conversation_id
    return body.response
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- whatever was sent
  async rest(request: string, body?: object): Promise<any> {
    return (await send(this.#app, request, { token: this.#person.token, body })).body
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- whatever was sent
  async tasks(): Promise<any[]> {
    return this.rest('GET /api/tasks?order=asc')
  }
}
