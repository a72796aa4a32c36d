import { afterAll, beforeAll, expect, test } from 'vitest'
import { send, signUp } from '../../../test/people.ts'
import { scriptedModel, text } from '../../../test/scripted-model.ts'
import { startTestApp, type TestApp } from '../../../test/test-app.ts'
import { createFakePoe, type FakePoe } from '../../fakes/poe.ts'
import { readLinkCode } from './link-account.ts'

const KEY = 'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk'
const model = scriptedModel(text('Hello.'))

let poe: FakePoe
let app: TestApp
let open: TestApp

beforeAll(async () => {
  poe = await createFakePoe()
  const env = { POE_BASE_URL: poe.url, POE_UPLOAD_URL: poe.uploadUrl }
  const bot = { poe: {} }
  app = await startTestApp({ model, bot, env: { ...env, POE_ACCESS_KEY: KEY } })
  open = await startTestApp({ model, bot, env: { ...env, POE_ALLOW_WITHOUT_KEY: 'true' } })
  poe.add('Test', { url: `${app.url}/`, accessKey: KEY })
  poe.add('Open', { url: `${open.url}/poe/test` })
})
afterAll(async () => {
  await app.close()
  await open.close()
  await poe.close()
})

async function newCode(): Promise<{ readonly code: string; readonly token: string }> {
  const ada = await signUp(app)
  const { body } = await send(app, 'POST /api/auth/link', ada)
  return { code: body.code, token: ada.token }
}

test('/link with a code joins the person on Poe to the account, once', async () => {
  const { code, token } = await newCode()
  const talk = poe.chat('Test')
  expect((await talk.say(`/link ${code}`)).text).toBe('✅ Poe is linked to your account.')
  const { body } = await send(app, 'GET /api/auth/identities', { token })
  expect(body.identities).toEqual([{ subject: expect.stringMatching(/^poe:./) }])
  expect((await talk.say(`/link ${code}`)).text).toMatch(/^This code is wrong/)
})

test('/link alone says how, in the language of the person', async () => {
  const { text: english } = await poe.chat('Test').say('/link')
  const { text: russian } = await poe.chat('Test').say('/link', { query: { language_code: 'ru' } })
  expect([english, russian]).toEqual([
    expect.stringContaining('where you are signed in'),
    expect.stringContaining('где вы вошли'),
  ])
})

test('a bot that anybody may call links nobody, and knows none of those who are linked', async () => {
  const { code } = await newCode()
  await poe.chat('Test', 'u-ada').say(`/link ${code}`)
  expect((await poe.chat('Open', 'u-ada').say('/link ABCD-EFGH')).text).toBe('Hello.')
  const turns = await open.store.db.selectFrom('turns').select('subject').execute()
  expect(turns).toEqual([{ subject: 'poe-open:u-ada' }])
})

test.each([
  ['/link ABCD-EFGH', 'ABCD-EFGH'],
  ['  /LINK   abcd efgh ', 'abcd efgh'],
  ['/link', ''],
  ['/linked lists', undefined],
  ['please /link me', undefined],
])('%j holds the code %j', (words, code) => {
  expect(readLinkCode(words)).toBe(code)
})
