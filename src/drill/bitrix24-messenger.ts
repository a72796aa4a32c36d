import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../errors.ts'
import { createFakeBitrix24, type BitrixFault, type FakeBitrix24 } from '../fakes/bitrix24.ts'
import type { Messenger, MessengerOptions } from './messenger.ts'
import { createSeededRandom } from './seeded-random.ts'

const LOOK_MS = 25
const CONNECT_LIMIT_MS = 30_000

const FAULTS: readonly BitrixFault[] = [
  { kind: 'error', status: 503, error: 'QUERY_LIMIT_EXCEEDED' },
  { kind: 'error', status: 500, error: 'INTERNAL_SERVER_ERROR' },
  { kind: 'html' },
  { kind: 'reset', when: 'before' },
  { kind: 'reset', when: 'after' },
]

/** People on a Bitrix24 portal, whose messages are fetched: the way that loses none while no server is up. */
export async function startBitrix24Messenger({ seed, duplicates }: MessengerOptions): Promise<Messenger> {
  let repeated = 0
  const bitrix = await createFakeBitrix24({
    repeats: (eventId) => {
      const again = createSeededRandom(seed, 'duplicate', eventId).next() < duplicates
      if (again) repeated++
      return again
    },
  })
  let followed = 0
  return {
    url: bitrix.url,
    calls: bitrix.calls,
    methods: {
      send: /^imbot\.v2\.Chat\.Message\.send$/,
      edit: /^imbot\.v2\.Chat\.Message\.update$/,
      spoiled: /^imbot\.v2\.(?:Chat\.Message|Event)\./,
      fetch: /^imbot\.v2\.Event\.get$/,
    },
    get pending() {
      return bitrix.events.filter(({ confirmedAt }) => confirmedAt === undefined).length
    },
    get repeated() {
      return repeated
    },
    placesFor: (apiRoot) => ({
      bitrix24: {
        origin: bitrix.url,
        restUrl: `${apiRoot}/rest`,
        oauthUrl: bitrix.authUrl,
        clientId: bitrix.clientId,
        clientSecret: bitrix.clientSecret,
      },
    }),
    connect: (publicUrl, signal) => install(bitrix, publicUrl, signal),
    say: (chat, text) => bitrix.say(chat, text).event?.eventId ?? 0,
    follow: (timeline) => {
      for (const { eventId, deliveredAt, confirmedAt } of bitrix.events.slice(followed)) {
        if (deliveredAt !== undefined) timeline.delivered(eventId)
        if (confirmedAt !== undefined) timeline.acknowledged(eventId)
      }
      // Events are confirmed in their order.
      while (bitrix.events[followed]?.confirmedAt !== undefined) followed++
    },
    textOf: ({ method, parameters: { fields } }) =>
      /\.Message\.(?:send|update)$/.test(method)
        ? (fields as { readonly message?: string } | undefined)?.message
        : undefined,
    spoil: (method, pick) => bitrix.inject({ ...pick(FAULTS), failTimes: 1, methods: [method] }),
    shown: (chat) =>
      bitrix
        .sent(chat)
        .filter(({ deleted }) => !deleted)
        .map(({ messageId, text, earlier }) => ({ messageId, text, edited: earlier.length > 0 })),
    close: () => bitrix.close(),
  }
}

/** Installs the application, and waits until the server has registered its bot to be fetched for. */
async function install(bitrix: FakeBitrix24, publicUrl: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + CONNECT_LIMIT_MS
  let installed = false
  while (bitrix.bot?.eventMode !== 'fetch') {
    if (Date.now() > deadline)
      throw new AppError('invalid_configuration', {
        params: { problem: 'The server is ready, but has not registered its bot at the Bitrix24 portal.' },
      })
    installed ||= (await bitrix.install(`${publicUrl}/bitrix/event`)) === 200
    await delay(LOOK_MS, undefined, { signal })
  }
}
