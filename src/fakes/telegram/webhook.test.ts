import { createServer } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually, receiveUpdates, startFakeTelegram } from '../../../test/fake-telegram.ts'
import type { TelegramUpdate } from '../telegram.ts'

function textsOf(received: readonly { readonly update: TelegramUpdate }[]): readonly (string | undefined)[] {
  return received.map(({ update }) => update.message?.text)
}

describe('the webhook', () => {
  test('is set, described and deleted', async () => {
    const { fake, call } = await startFakeTelegram()
    const { url } = await receiveUpdates(() => [500])
    const settings = { url, max_connections: 5, secret_token: 's', allowed_updates: ['message'] }
    expect(await call('setWebhook', settings)).toMatchObject({ result: true, description: 'Webhook was set' })
    expect(await call('setWebhook', settings)).toMatchObject({ description: 'Webhook is already set' })
    fake.say(42, 'Hello')
    await eventually(async () =>
      expect(await call('getWebhookInfo')).toMatchObject({
        result: {
          url,
          has_custom_certificate: false,
          pending_update_count: 1,
          max_connections: 5,
          last_error_message: 'Wrong response from the webhook: 500 Internal Server Error',
          last_error_date: expect.any(Number),
          allowed_updates: ['message'],
        },
      }),
    )
    expect(await call('deleteWebhook', { drop_pending_updates: true })).toMatchObject({
      description: 'Webhook was deleted',
    })
    expect(await call('deleteWebhook')).toMatchObject({ description: 'Webhook is already deleted' })
    expect(await call('getWebhookInfo')).toMatchObject({ result: { url: '', pending_update_count: 0 } })
  })

  test.each([
    [{ url: 'nonsense' }, 'invalid webhook URL specified'],
    [{ url: 'http://example.org/' }, 'bad webhook: An HTTPS URL must be provided for webhook'],
    [
      { url: 'https://example.org:8080/' },
      'bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443',
    ],
    [{ url: 'https://example.org/', secret_token: 'ü' }, 'secret token contains unallowed characters'],
    [{ url: 'https://example.org/', secret_token: 'x'.repeat(257) }, 'secret token is too long'],
  ])('%o is refused', async (parameters, sentence) => {
    const { call } = await startFakeTelegram()
    expect(await call('setWebhook', parameters)).toMatchObject({ description: `Bad Request: ${sentence}` })
  })

  test('gets updates with the secret, one by one in each chat', async () => {
    const { fake, call } = await startFakeTelegram({ timeFactor: 100 })
    const { url, received } = await receiveUpdates(() => [200])
    for (const text of ['a', 'b', 'c']) fake.say(42, text)
    await call('setWebhook', { url: url.replace('//', '//user:pass@'), secret_token: 'secret-1' })
    await eventually(() => expect(fake.updates).toEqual([]))
    expect(textsOf(received)).toEqual(['a', 'b', 'c'])
    expect(received[0]?.headers).toMatchObject({
      'x-telegram-bot-api-secret-token': 'secret-1',
      'content-type': 'application/json',
      'accept-encoding': 'gzip, deflate',
      connection: 'keep-alive',
      authorization: `Basic ${btoa('user:pass')}`,
    })
  })

  test('an update that fails holds up its own chat and no other', async () => {
    const { fake, call } = await startFakeTelegram({ timeFactor: 100 })
    let broken = true
    const { url, received } = await receiveUpdates(({ message }) => [
      broken && message?.text === 'bad' ? 500 : 200,
    ])
    await call('setWebhook', { url })
    for (const [chat, text] of [
      [42, 'bad'],
      [42, 'after'],
      [43, 'other'],
    ] as const)
      fake.say(chat, text)
    await eventually(() =>
      expect(textsOf(received).filter((text) => text === 'bad').length).toBeGreaterThan(2),
    )
    expect([textsOf(received).includes('other'), textsOf(received).includes('after')]).toEqual([true, false])
    broken = false
    await eventually(() => expect(fake.updates).toEqual([]))
    expect(textsOf(received).slice(-2)).toEqual(['bad', 'after'])
  })

  test('tries again at once, then ever later, and when Retry-After says', async () => {
    const { fake, call } = await startFakeTelegram({ timeFactor: 4 })
    const at: number[] = []
    const answers = [[500], [503], undefined, [429, { 'retry-after': '6' }], [201]] as const
    const { url } = await receiveUpdates((_, count) => {
      at.push(Date.now())
      return answers[count - 1]
    })
    await call('setWebhook', { url })
    fake.say(42, 'Hello')
    await eventually(() => expect(fake.updates).toEqual([]))
    const seconds = at.slice(1).map((time, index) => ((time - (at[index] ?? 0)) * 4) / 1_000)
    const [first = 9, second = 0, third = 0, fourth = 0] = seconds
    expect([first < 2, second >= 1.9, third >= 3.9, fourth >= 5.9]).toEqual([true, true, true, true])
  })

  test('drops an update that failed for a day, and goes on', async () => {
    const { fake, call } = await startFakeTelegram({ timeFactor: 5e4 })
    const { url, received } = await receiveUpdates(({ message }) => [message?.text === 'old' ? 500 : 200])
    await call('setWebhook', { url })
    fake.say(42, 'old')
    await eventually(() => expect(fake.updates).toEqual([]))
    fake.say(42, 'new')
    await eventually(() => expect(textsOf(received).at(-1)).toBe('new'))
    expect(received.length).toBeGreaterThan(3)
  })

  test('is removed when it says 410 for 23 hours', async () => {
    const { fake, call } = await startFakeTelegram({ timeFactor: 2e5 })
    const { url } = await receiveUpdates(() => [410])
    await call('setWebhook', { url })
    const info = async (): Promise<unknown> => (await call('getWebhookInfo')).result
    expect(await info()).toMatchObject({ url })
    await eventually(async () => {
      // One alone is dropped after a day, an hour later: too soon for a busy machine.
      fake.say(42, 'Hello')
      expect(await info()).toMatchObject({ url: '' })
    })
  })

  test('may answer with a call', async () => {
    const { fake, call } = await startFakeTelegram()
    const json = { 'content-type': 'application/json' }
    const { url } = await receiveUpdates(({ message }) => [
      200,
      json,
      JSON.stringify({ method: message?.text, chat_id: 42, text: 'In the answer' }),
    ])
    await call('setWebhook', { url })
    for (const method of ['getMe', 'sendmessage']) fake.say(42, method)
    await eventually(() => expect(fake.sent(42)).toMatchObject([{ text: 'In the answer' }]))
    expect(fake.calls.filter(({ viaWebhook }) => viaWebhook)).toMatchObject([
      { method: 'sendMessage', status: 200 },
    ])
  })

  test('has no more requests at a time than max_connections', async () => {
    const { fake, call } = await startFakeTelegram()
    let busy = 0
    let most = 0
    const server = createServer((request, response) => {
      most = Math.max(most, ++busy)
      request.resume().on('end', () => setTimeout(() => (busy--, response.end()), 10))
    }).listen(0, '127.0.0.1')
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    await call('setWebhook', { url: `http://127.0.0.1:${port}/`, max_connections: 2 })
    for (let chat = 1; chat <= 8; chat++) fake.say(chat, 'Hello')
    await eventually(() => expect(fake.updates).toEqual([]))
    expect(most).toBe(2)
  })

  test('gets duplicates when told to', async () => {
    const { fake, call } = await startFakeTelegram({
      fault: { kind: 'duplicate-updates', copies: 10, failTimes: 1 },
    })
    const { url, received } = await receiveUpdates(() => [200])
    await call('setWebhook', { url })
    const { update_id } = fake.say(42, 'a')
    fake.say(42, 'b')
    await eventually(() => expect(fake.updates).toEqual([]))
    expect(received.filter(({ update }) => update.update_id === update_id)).toHaveLength(10)
    expect(textsOf(received).at(-1)).toBe('b')
  })
})
