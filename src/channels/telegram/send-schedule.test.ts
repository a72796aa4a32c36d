import { expect, test } from 'vitest'
import { SendSchedule } from './send-schedule.ts'
import { TelegramFailure } from './telegram-failure.ts'

const { signal } = new AbortController()
/** After its burst of three a chat waits for ever. */
const SLOW = { perSecond: 1_000, perChatPerSecond: 0.001 }

function create(limits = SLOW): {
  calls: string[]
  schedule: SendSchedule
  call: (name: string) => () => Promise<string>
} {
  const calls: string[] = []
  const call = (name: string) => async () => {
    calls.push(name)
    return name
  }
  return { calls, schedule: new SendSchedule(limits), call }
}

test('previews leave room for what must be delivered', async () => {
  const { calls, schedule, call } = create()
  for (const name of ['preview 1', 'preview 2']) await schedule.preview(1, call(name))
  for (const name of ['answer 1', 'answer 2']) await schedule.deliver(1, signal, call(name))
  await schedule.preview(1, call('preview 3'))
  expect(calls).toEqual(['preview 1', 'answer 1', 'answer 2'])
})

test('a wait that is too long is left to the lane', async () => {
  const { schedule, call } = create()
  for (const name of ['1', '2', '3']) await schedule.deliver(1, signal, call(name))
  const late = schedule.deliver(1, signal, call('4'))
  await expect(late).rejects.toMatchObject({ kind: 'throttled', retryAfterMs: expect.any(Number) as number })
})

test('one chat does not wait for another', async () => {
  const { calls, schedule, call } = create()
  for (const chat of [1, 2, 3, 4]) await schedule.deliver(chat, signal, call(`chat ${chat}`))
  expect(calls).toEqual(['chat 1', 'chat 2', 'chat 3', 'chat 4'])
})

test('deliveries of a chat keep their order, and a 429 holds all of them', async () => {
  const { calls, schedule, call } = create({ perSecond: 1_000, perChatPerSecond: 1_000 })
  let refused = false
  const first = schedule.deliver(1, signal, async () => {
    if (refused) return call('first')()
    refused = true
    throw new TelegramFailure('Too Many Requests', { kind: 'throttled', retryAfterMs: 50 })
  })
  const second = schedule.deliver(1, signal, call('second'))
  await schedule.preview(1, call('preview'))
  await Promise.all([first, second])
  expect(calls.filter((name) => name !== 'preview')).toEqual(['first', 'second'])
})

test('a delivery that is called off does not wait', async () => {
  const { calls, schedule, call } = create({ perSecond: 1_000, perChatPerSecond: 1 })
  const left = new AbortController()
  for (const name of ['1', '2', '3']) await schedule.deliver(1, signal, call(name))
  const late = schedule.deliver(1, left.signal, call('4'))
  left.abort(new Error('called off'))
  await expect(late).rejects.toThrow('called off')
  expect(calls).toHaveLength(3)
})
