import { expect, test } from 'vitest'
import { startTestApp } from './test-app.ts'
import { testDatabases } from './test-databases.ts'

test.each(testDatabases().map(({ name }) => name))(
  'a server of a test finds nothing of the one before it, on %s',
  async (database) => {
    const first = await startTestApp({ database })
    const flag = {
      name: 'streaming',
      enabled: true,
      percentage: 100,
      allow: [],
      deny: [],
      variant: 'A',
    } as const
    await first.store.flags.set(flag, { enabled: false }, { actor: 'test', reason: 'it is one' })
    await first.close()
    const second = await startTestApp({ database })
    expect(second.host.flags.isOn('streaming', { sessionId: 'ada' })).toBe(true)
    await second.close()
  },
)
