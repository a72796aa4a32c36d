import { afterAll, beforeAll, expect, test } from 'vitest'
import { signUp } from '../../../test/people.ts'
import { runCommand } from '../../../test/run-command.ts'
import { collectEvents, startTestApp, type TestApp } from '../../../test/test-app.ts'

const SECRET = { JWT_SECRET: 'a-secret-of-at-least-thirty-two-characters' }
const UPLOAD = '/api/context/upload-file'

let app: TestApp
let token: string

beforeAll(async () => {
  app = await startTestApp({ env: { ...SECRET, MAX_DOCUMENT_BYTES: '4096' } })
  const { out } = await runCommand(['token'], { env: SECRET })
  token = out.trim()
})

afterAll(() => app.close())

interface Upload {
  readonly content?: string
  readonly name?: string
  readonly bot?: string
  readonly as?: string
  readonly path?: string
}

function upload({ content, name = 'a.md', bot, as = token, path = UPLOAD }: Upload): Promise<Response> {
  const form = new FormData()
  if (content !== undefined) form.append('file', new Blob([content]), name)
  if (bot !== undefined) form.append('chatbotId', bot)
  return fetch(app.url + path, { method: 'POST', body: form, headers: { authorization: `Bearer ${as}` } })
}

test('an operator gives a bot a document', async () => {
  const first = await upload({
    content: '# Delivery\n\nShipping is free.',
    name: '../../etc/a.md',
    bot: 'test',
  })
  expect(first.status).toBe(201)
  expect(await first.json()).toMatchObject({
    message: 'File uploaded and processed successfully',
    chunksStored: 1,
    data: [{ filename: 'a.md', type: 'md', chunks: 1 }],
  })
  const again = await upload({ content: '# Delivery\n\nShipping is free.', name: 'b.md' })
  expect(await again.json()).toMatchObject({ outcome: 'unchanged', filename: 'a.md', chunksStored: 0 })
})

test('the progress of an upload is told as events', async () => {
  const response = await upload({
    content: '# Returns\n\nWithin a month.',
    name: 'r.md',
    path: `${UPLOAD}/stream`,
  })
  const events = await collectEvents(response)
  const steps = events.flatMap(({ event, data }) => (event === 'progress' ? [data.step] : []))
  expect([...new Set(steps)]).toEqual(['validation', 'processing', 'complete'])
  expect(events.map(({ event }) => event).slice(-3)).toEqual(['result', 'complete', 'close'])
  expect(events.at(-2)?.data).toMatchObject({ filename: 'r.md', chunks: 1 })
})

test('a document that cannot be read is an error of the table, as a reply and as an event', async () => {
  const refused = await upload({ content: '%PDF-1.4 nonsense', name: 'a.pdf' })
  expect(refused.status).toBe(422)
  expect(await refused.json()).toMatchObject({
    code: 'document_damaged',
    error: expect.stringMatching('damaged'),
  })
  const events = await collectEvents(
    await upload({ content: '%PDF-1.4 no', name: 'c.pdf', path: `${UPLOAD}/stream` }),
  )
  expect(events.find(({ event }) => event === 'error')?.data).toMatchObject({ code: 'document_damaged' })
})

test.each<readonly [string, Upload, readonly [number, string]]>([
  ['without a file', {}, [400, 'invalid_request']],
  ['for a bot that is not there', { content: 'a', bot: 'nobody' }, [404, 'bot_not_found']],
  ['that is too large', { content: 'a'.repeat(5_000) }, [413, 'document_too_large']],
  ['of a kind that cannot be read', { content: '\0\0\0' }, [415, 'document_type_unknown']],
  ['without a token', { content: 'a', as: 'nonsense' }, [401, 'token_invalid']],
])('an upload %s is refused', async (_, given, expected) => {
  const response = await upload(given)
  expect([response.status, (await response.json()).code]).toEqual(expected)
})

test('people who operate nothing may not upload, and no form is no upload', async () => {
  const { token: as } = await signUp(app)
  expect((await upload({ content: 'a', as })).status).toBe(403)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const json = await fetch(app.url + UPLOAD, { method: 'POST', body: '{}', headers })
  expect(json.status).toBe(400)
})
