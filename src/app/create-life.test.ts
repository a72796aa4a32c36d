import { expect, test } from 'vitest'
import { startTestApp } from '../../test/test-app.ts'
import type { Channel } from '../channels/channel.ts'

test('a channel begins when the server listens, says how it is, and stops before anything is handed over', async () => {
  const said: string[] = []
  let problem: string | null = 'the token was refused'
  const channel: Channel = {
    name: 'poll',
    register: () => said.push('registered'),
    start: async ({ bots }) => {
      said.push(`started for ${bots.list()[0]?.name}`)
      return async () => {
        said.push('stopped')
      }
    },
    health: () => problem,
  }
  const app = await startTestApp({ channels: [channel] })
  const health = async (): Promise<unknown> => (await fetch(`${app.url}/health`)).json()
  expect(await health()).toMatchObject({ status: 'healthy', channels: { poll: 'the token was refused' } })
  problem = null
  expect(await health()).not.toHaveProperty('channels')
  await app.close()
  expect(said).toEqual(['registered', 'started for test', 'stopped'])
})
