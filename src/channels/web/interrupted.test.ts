import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appBackends } from '../../../test/people.ts'
import { newTurn, says } from '../../../test/stored-turn.ts'
import { collectEvents, type TestApp } from '../../../test/test-app.ts'

/** Whose lease is over. */
const DEAD = { owner: 'dead process', leaseMs: -1 }

describe.each(appBackends())('an answer whose process died, on $name', (backend) => {
  let app: TestApp

  beforeAll(async () => {
    app = await backend.start({ env: { TTS_ENABLED: 'false' } })
  })

  afterAll(() => app.close())

  /** How an answer reads of which the words were stored, for who has seen it up to a place; `0`: nothing. */
  async function read(words: readonly string[], after: string) {
    const { turnId, ...turn } = newTurn(DEAD)
    await app.store.turns.begin({ turnId, ...turn })
    const events = words.map((word, index) => says(index + 1, word))
    await app.store.turns.append([{ turnId, events }], { owner: DEAD.owner, renewForMs: null })
    const headers = { 'last-event-id': `${turnId}:${after}` }
    const frames = await collectEvents(await fetch(`${app.url}/api/chat/streams/${turnId}`, { headers }))
    return frames.map(({ event, id }) => [event, id?.slice(turnId.length + 1)])
  }

  test('ends behind all that a reader has seen, who saw more than was stored', async () => {
    expect(await read(['Half', ' an'], '1')).toEqual([
      ['text', '2'],
      ['error', '2.1'],
      ['close', '3'],
    ])
    expect(await read(['Half', ' an'], '9')).toEqual([
      ['error', '9.1'],
      ['close', '10'],
    ])
  })

  test('begins and ends, for everybody, though nothing of it was stored', async () => {
    const whole = [
      ['connected', '0.1'],
      ['status', '1'],
      ['error', '1.1'],
      ['close', '2'],
    ]
    expect(await read([], '0')).toEqual(whole)
    expect(await read([], '0.1')).toEqual(whole.slice(1))
    expect(await read([], '1')).toEqual(whole.slice(2))
  })
})
