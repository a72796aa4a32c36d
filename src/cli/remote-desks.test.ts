import { expect, test } from 'vitest'
import { loadConfig } from '../config.ts'
import { openRemoteDesks } from './remote-desks.ts'

test('a server that does not answer is named with its address, and what to set', async () => {
  // Port 1 is reserved, and nothing listens there.
  const { flags } = await openRemoteDesks(loadConfig({ PORT: '1' }))
  await expect(flags.list()).rejects.toThrow('does not answer at http://127.0.0.1:1. Set HOST and PORT')
})
