import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONTROLS, KEY, SALES_KEY, startPoeApp, type PoeApp } from '../../../test/poe-app.ts'
import { postJson } from '../../../test/test-app.ts'

let served: PoeApp
let app: PoeApp['app']
let poe: PoeApp['poe']
let log: PoeApp['log']
let chat: PoeApp['chat']
let send: PoeApp['send']
beforeAll(async () => {
  served = await startPoeApp()
  ;({ app, poe, log, chat, send } = served)
})
afterAll(() => served.close())

async function eventually(read: () => unknown, expected: unknown): Promise<void> {
  await expect.poll(read).toEqual(expected)
}

describe('the endpoint', () => {
  test.each([
    ['another key', `Bearer ${KEY.slice(1)}x`],
    ['the key of another bot', `Bearer ${SALES_KEY}`],
    ['no scheme', KEY],
    ['Basic', `Basic ${KEY}`],
    ['no key', ''],
  ])('refuses %s', async (_, authorization) => {
    const response = await postJson(`${app.url}/`, { type: 'settings' }, { authorization })
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  })

  test.each([
    ['{"type":"zz"}', 501],
    ['{"version":"1.0"}', 400],
    ['["query"]', 400],
    ['{"type":', 400],
    ['', 400],
    ['{"type":"query","query":7}', 400],
  ])('answers %s with %i', async (body, status) => {
    expect((await send(body)).status).toBe(status)
  })

  test('reads JSON whatever its type says, more than other routes take, and tells settings at both paths', async () => {
    const body = JSON.stringify({ type: 'settings', version: '9.0', padding: 'x'.repeat(2_000_000) })
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'text/plain' }
    const replies = await Promise.all(
      ['/', '/poe/test'].map((path) => fetch(app.url + path, { method: 'POST', headers, body })),
    )
    const [first, second] = await Promise.all(replies.map((reply) => reply.json()))
    expect(first).toEqual({
      response_version: 2,
      server_bot_dependencies: {},
      allow_attachments: true,
      expand_text_attachments: true,
      enable_image_comprehension: false,
      enforce_author_role_alternation: false,
      enable_multi_entity_prompting: true,
      introduction_message: '',
      parameter_controls: CONTROLS,
    })
    expect(second).toEqual(first)
  })

  test('leaves the chat page at / and says which method it takes elsewhere', async () => {
    const [page, other] = await Promise.all([fetch(app.url), fetch(`${app.url}/poe/test`)])
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect([other.status, other.headers.get('allow')]).toEqual([405, 'POST'])
    const puts = await Promise.all(['/', '/poe/test'].map((path) => fetch(app.url + path, { method: 'PUT' })))
    const told = puts.map(({ status, headers }) => [status, headers.get('allow')])
    expect(told).toEqual([
      [405, 'GET, HEAD, POST'],
      [405, 'POST'],
    ])
  })

  test('warns of a request of an unknown type and takes it for no fault of its own', async () => {
    const before = log.length
    await send('{"type":"report_joy"}')
    const said = log.slice(before).join('')
    expect(said).toContain('report_joy')
    expect(said).not.toContain('request failed')
  })
})

describe('reports', () => {
  test('of reactions are counted for the revision that answered', async () => {
    const talk = chat()
    await talk.say('Hi')
    const about = {
      message_id: talk.lastMessageId,
      user_id: talk.userId,
      conversation_id: talk.conversationId,
    }
    const reports = [
      { type: 'report_reaction', reaction: 'heart' },
      { type: 'report_reaction', reaction: '+👍' },
      { type: 'report_reaction', reaction: 'sad' },
      { type: 'report_reaction', reaction: 'sad', action: 'removed' },
      { type: 'report_reaction', reaction: 'a dance' },
      { type: 'report_feedback', feedback_type: 'dislike' },
    ]
    const replies = []
    for (const report of reports) replies.push(await poe.send('Test', { ...about, ...report }))
    expect(replies.map(({ status }) => status)).toEqual(reports.map(() => 200))
    const counts = async () => (await app.store.feedback.count({ bot: 'test' })).map(({ value }) => value)
    await eventually(counts, ['dislike', 'heart', 'like'])
    const [first] = await app.store.feedback.count({ bot: 'test' })
    expect(first?.revision).toMatch(/^[\da-f]{12}$/)
  })

  test('of errors are logged, without anything that is missing and without the key', async () => {
    const reply = await poe.send('Test', { type: 'report_error', message: 'Bot returned no text' })
    expect([reply.status, await reply.json()]).toEqual([200, {}])
    expect(log.findLast((line) => line.includes('Poe reports an error'))).toContain('Bot returned no text')
    expect(log.join('')).not.toContain(KEY)
  })
})
