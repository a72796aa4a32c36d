import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../errors.ts'
import { createFakeTelegram, type FakeTelegram, type TelegramFault } from '../fakes/telegram.ts'
import type { Messenger } from './messenger.ts'

const LOOK_MS = 25
const WEBHOOK_LIMIT_MS = 20_000

const FAULTS: readonly TelegramFault[] = [
  { kind: 'status', status: 429, retryAfter: 1 },
  { kind: 'status', status: 500 },
  { kind: 'html' },
  { kind: 'reset', when: 'before' },
  { kind: 'reset', when: 'after' },
]
const SHOWING = new Set(['sendMessage', 'editMessageText'])

/** People on Telegram, whose messages come by webhook. */
export async function startTelegramMessenger(): Promise<Messenger> {
  const telegram = await createFakeTelegram({ username: 'drill_bot' })
  const secret = randomBytes(24).toString('hex')
  return {
    url: telegram.url,
    calls: telegram.calls,
    methods: { send: /^sendMessage$/, edit: /^editMessageText$/, spoiled: /^(?:send|edit)/ },
    get pending() {
      return telegram.updates.length
    },
    // The balancer does that.
    repeated: 0,
    placesFor: (apiRoot) => ({ telegram: { apiRoot, token: telegram.token, secret } }),
    connect: (_publicUrl, signal) => untilWebhook(telegram, signal),
    say: (chat, text) => telegram.say(chat, text).update_id,
    follow: () => undefined,
    textOf: ({ method, parameters: { text } }) =>
      SHOWING.has(method) && typeof text === 'string' ? text : undefined,
    spoil: (method, pick) => telegram.inject({ ...pick(FAULTS), failTimes: 1, methods: [method] }),
    shown: (chat) =>
      telegram
        .sent(chat)
        .filter(({ deleted }) => !deleted)
        .map(({ messageId, text, earlier }) => ({ messageId, text, edited: earlier.length > 0 })),
    close: () => telegram.close(),
  }
}

async function untilWebhook({ calls }: FakeTelegram, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + WEBHOOK_LIMIT_MS
  while (!calls.some(({ method, status }) => method === 'setWebhook' && status === 200)) {
    if (Date.now() > deadline)
      throw new AppError('invalid_configuration', {
        params: { problem: 'The server is ready, but has not told Telegram its webhook.' },
      })
    await delay(LOOK_MS, undefined, { signal })
  }
}
