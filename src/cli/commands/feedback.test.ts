import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeFolder, runCommand } from '../../../test/run-command.ts'
import { postJson, startTestApp } from '../../../test/test-app.ts'
import { scriptedModel, text } from '../../../test/scripted-model.ts'

const KEY = 'k'.repeat(32)

test('botyard feedback counts what people on Poe think, by revision', async () => {
  await using folder = await makeFolder({})
  const env = { DATA_DIR: `${folder.path}/data` }
  const run = (...words: string[]) => runCommand(['feedback', ...words], { cwd: folder.path, stdin: '', env })
  const app = await startTestApp({
    model: scriptedModel(text('Hello.')),
    env: { ...env, POE_ACCESS_KEY: KEY },
  })
  const about = { message_id: `m-${randomUUID()}`, user_id: 'u-1', conversation_id: 'c-1' }
  const post = async (body: object) =>
    (await postJson(`${app.url}/poe/test`, body, { authorization: `Bearer ${KEY}` })).text()
  await post({ type: 'query', ...about, query: [{ role: 'user', content: 'Hi' }] })
  await post({ type: 'report_reaction', ...about, reaction: 'heart' })
  await expect.poll(() => app.store.feedback.count()).toHaveLength(1)
  await app.close()
  const listed = await run('--json')
  expect(listed.err).toBe('')
  const [row] = JSON.parse(listed.out)
  expect(row).toMatchObject({ bot: 'test', kind: 'reaction', value: 'heart', count: 1 })
  expect((await run()).out).toMatch(
    new RegExp(String.raw`^bot .*\ntest\s+${row.revision}\s+reaction\s+heart\s+1\n$`),
  )
  expect((await run('--bot', 'other')).out).toBe('no feedback\n')
})
