import { expect, test, vi } from 'vitest'
import { ACME, OPERATED } from '../../test/acme-chatbot.ts'
import { lendDatabase } from '../../test/lent-databases.ts'
import { PATIENCE_MS } from '../../test/patience.ts'
import { send } from '../../test/people.ts'
import { startTestApp } from '../../test/test-app.ts'

const url = process.env['TEST_DATABASE_URL']
test.skipIf(!url)(
  'another replica sees what was published within two seconds, and counts the same tokens',
  async () => {
    const lent = await lendDatabase('postgres')
    const one = await startTestApp({ env: { ...OPERATED, ...lent.env } })
    const two = await startTestApp({ env: { ...OPERATED, ...lent.env } })
    try {
      const own = one.chatbots.as({ name: 'test', account: null, unrestricted: true })
      const { id } = await own.create(ACME)
      await own.publish({ id, version: undefined })
      await expect.poll(() => two.chatbots.served.find(id)?.bot.title).toBe('Acme helper')
      await own.setQuota({ id, version: undefined }, { tokensPerDay: 1, tokensPerMonth: null })
      const body = { query: 'Hello', chatbotId: id }
      expect((await send(one, 'POST /api/chat/query', { body })).status).toBe(200)
      await vi.waitFor(() => expect(two.chatbots.admit(id)).rejects.toThrow('1 tokens'), PATIENCE_MS)
    } finally {
      await one.close()
      await two.close()
    }
  },
)
