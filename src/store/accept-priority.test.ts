import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { backends } from '../../test/test-store.ts'

test.each(backends())(
  'a message is accepted before the statements of answers that wait, on $name',
  async (backend) => {
    const store = await backend.open()
    let answered = 0
    const answers = Array.from({ length: 10 }, async () => {
      await sql`select pg_sleep(0.2)`.execute(store.db)
      answered++
    })
    const conversation = { channel: 'telegram', bot: 'assistant', key: '42' }
    await store.inbox.accept([{ conversation, externalId: '1', subject: 'ada', text: 'Hello', detail: null }])
    expect(answered).toBeLessThan(3)
    await Promise.all(answers)
    await store.close()
  },
)
