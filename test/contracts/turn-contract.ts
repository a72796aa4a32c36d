import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { LoggedEvent } from '../../src/events.ts'
import type { OpenStore } from '../../src/store/open-store.ts'
import type { NewTurn } from '../../src/store/store.ts'
import { finished, HOLD, newTurn, says } from '../stored-turn.ts'

/** What is asked of the turns of a store. */
export function turnContract(store: () => OpenStore): void {
  turnTests(store)
  abandonedTurnTests(store)
  takeOverTests(store)
}

function turnTests(store: () => OpenStore): void {
  test('a turn begins a conversation, and the next one sees what was said', async () => {
    const first = newTurn()
    const begun = await store().turns.begin(first)
    expect(begun?.history).toEqual([])
    await store().turns.finish(finished(first))
    const second = await store().turns.begin({ ...first, turnId: randomUUID(), text: 'And then?' })
    expect(second?.conversationId).toBe(begun?.conversationId)
    expect(second?.history.map(({ role, text }) => [role, text])).toEqual([
      ['user', 'Hello'],
      ['assistant', 'Hi there'],
    ])
  })

  test('history keeps the newest messages, oldest first', async () => {
    const turn = newTurn()
    for (const text of ['one', 'two', 'three']) {
      await store().turns.begin({ ...turn, turnId: randomUUID(), text })
    }
    const begun = await store().turns.begin({ ...turn, turnId: randomUUID(), historyLimit: 2 })
    expect(begun?.history.map(({ text }) => text)).toEqual(['two', 'three'])
    expect(begun?.history[0]?.createdAt).toBeInstanceOf(Date)
  })

  test('a turn whose id is taken stores nothing', async () => {
    const turn = newTurn()
    await store().turns.begin(turn)
    const again = [turn, { ...turn, text: 'Other words' }].map((same) => store().turns.begin(same))
    expect(await Promise.all(again)).toEqual([undefined, undefined])
    const found = await store().conversations.find(turn.conversation, { limit: 5 })
    expect(found?.messages.map(({ text }) => text)).toEqual(['Hello'])
  })

  test('a conversation is found by its key, with the turn that runs', async () => {
    const turn = newTurn({ text: '' })
    expect(await store().conversations.find(turn.conversation, { limit: 5 })).toBeUndefined()
    const begun = await store().turns.begin(turn)
    const empty = await store().conversations.find(turn.conversation, { limit: 5 })
    expect(empty).toEqual({ id: begun?.conversationId, messages: [], runningTurnId: turn.turnId })
    await store().turns.finish(finished(turn, { text: 'Done' }))
    const found = await store().conversations.find(turn.conversation, { limit: 5 })
    expect(found).toMatchObject({ runningTurnId: null, messages: [{ role: 'assistant', text: 'Done' }] })
  })

  test('turns that begin at once in a new conversation share it', async () => {
    const turn = newTurn()
    const starts = Array.from({ length: 8 }, () => store().turns.begin({ ...turn, turnId: randomUUID() }))
    const ids = (await Promise.all(starts)).map((begun) => begun?.conversationId)
    expect(new Set(ids).size).toBe(1)
    expect((await store().conversations.find(turn.conversation, { limit: 20 }))?.messages.length).toBe(8)
  })

  test('events of many turns are appended at once and read from any place', async () => {
    const [one, two] = [newTurn(), newTurn()]
    await Promise.all([store().turns.begin(one), store().turns.begin(two)])
    const segments = [
      { turnId: one.turnId, events: [says(1, 'a'), says(2, 'b')] },
      { turnId: two.turnId, events: [says(1, 'x')] },
    ]
    expect(await store().turns.append(segments, HOLD)).toEqual(new Map())
    await store().turns.append([{ turnId: one.turnId, events: [says(3, 'c')] }], HOLD)
    expect(await store().turns.read(one.turnId, 1)).toEqual({
      events: [says(2, 'b'), says(3, 'c')],
      running: true,
    })
    expect(await store().turns.read(two.turnId, 0)).toEqual({ events: [says(1, 'x')], running: true })
  })

  test('a segment written again, or again and longer, is there once', async () => {
    const turn = newTurn()
    await store().turns.begin(turn)
    for (const events of [[says(1, 'a')], [says(1, 'a')], [says(1, 'a'), says(2, 'b')], [says(1, 'a')]]) {
      await store().turns.append([{ turnId: turn.turnId, events }], HOLD)
    }
    expect((await store().turns.read(turn.turnId, 0))?.events).toEqual([says(1, 'a'), says(2, 'b')])
  })

  test('a finished turn keeps its facts, and closes once', async () => {
    const turn = newTurn()
    await store().turns.begin(turn)
    const done = finished(turn, { events: [says(1, 'Hi there')] })
    expect(await store().turns.finish(done)).toBe(true)
    expect(await store().turns.finish({ ...done, text: 'Again' })).toBe(false)
    expect(await store().turns.read(turn.turnId, 0)).toEqual({
      events: [says(1, 'Hi there')],
      running: false,
    })
    const row = await store()
      .db.selectFrom('turns')
      .selectAll()
      .where('id', '=', turn.turnId)
      .executeTakeFirst()
    expect(row).toMatchObject({ outcome: 'completed', first_token_ms: 13, duration_ms: 80, output_tokens: 2 })
    expect(row?.ended_at).toBeInstanceOf(Date)
  })

  test('only the owner may append to a turn or finish it', async () => {
    const turn = newTurn()
    await store().turns.begin(turn)
    const segment = { turnId: turn.turnId, events: [says(1, 'mine?')] }
    const answer = await store().turns.append([segment], { owner: 'b', renewForMs: 1000 })
    expect(answer).toEqual(new Map([[turn.turnId, 'lost']]))
    expect(await store().turns.finish(finished(turn, { owner: 'b' }))).toBe(false)
    expect(await store().turns.read(turn.turnId, 0)).toEqual({ events: [], running: true })
  })

  test('a request to stop reaches the process that appends', async () => {
    const turn = newTurn()
    await store().turns.begin(turn)
    expect(await store().turns.requestStop(turn.turnId)).toBe(true)
    const answer = await store().turns.append([{ turnId: turn.turnId, events: [] }], HOLD)
    expect(answer).toEqual(new Map([[turn.turnId, 'stop-requested']]))
    await store().turns.finish(finished(turn, { outcome: 'stopped' }))
    expect(await store().turns.requestStop(turn.turnId)).toBe(false)
  })

  test('a turn that does not exist is undefined, whatever its id looks like', async () => {
    for (const id of [randomUUID(), 'not-a-uuid', '']) {
      expect(await store().turns.read(id, 0)).toBeUndefined()
      expect(await store().turns.requestStop(id)).toBe(false)
    }
  })

  test('old event logs go, messages and facts stay', async () => {
    const turn = newTurn()
    await store().turns.begin(turn)
    await store().turns.finish(finished(turn, { events: [says(1, 'Hi')] }))
    expect(await store().turns.pruneLogs(60_000)).toBe(0)
    expect(await store().turns.pruneLogs(-1000)).toBeGreaterThanOrEqual(1)
    expect(await store().turns.read(turn.turnId, 0)).toEqual({ events: [], running: false })
    expect((await store().conversations.find(turn.conversation, { limit: 5 }))?.messages.length).toBe(2)
  })
}

function abandonedTurnTests(store: () => OpenStore): void {
  test('reading a turn whose lease ran out closes it and keeps what was said', async () => {
    const turn = newTurn()
    await store().turns.begin(turn)
    const replaced: LoggedEvent = { seq: 2, event: { type: 'replace', text: 'Well' } }
    const events = [says(1, 'Oops'), replaced, says(3, ', hel')]
    await store().turns.append([{ turnId: turn.turnId, events }], { ...HOLD, renewForMs: -1 })
    const logs = await Promise.all([0, 0, 3].map((after) => store().turns.read(turn.turnId, after)))
    expect(logs.map((log) => [log?.running, log?.events.length])).toEqual([
      [false, 4],
      [false, 4],
      [false, 1],
    ])
    expect(logs[0]?.events.at(-1)).toMatchObject({ seq: 4, event: { type: 'error', code: 'interrupted' } })
    const conversation = await store().conversations.find(turn.conversation, { limit: 5 })
    expect(conversation?.messages.map(({ text }) => text)).toEqual(['Hello', 'Well, hel'])
    expect(await store().turns.finish(finished(turn))).toBe(false)
  })

  test('an owner that renews its lease in time keeps the turn', async () => {
    const turn = newTurn({ leaseMs: -1 })
    await store().turns.begin(turn)
    await store().turns.append([{ turnId: turn.turnId, events: [] }], { ...HOLD, renewForMs: 60_000 })
    expect(await store().turns.read(turn.turnId, 0)).toEqual({ events: [], running: true })
    expect(await store().turns.finish(finished(turn))).toBe(true)
  })

  test('abandoned turns are closed all together, or only those without a lease', async () => {
    await store().turns.interruptAbandoned({ all: true })
    const [dead, alive] = [newTurn({ leaseMs: -1 }), newTurn()]
    await Promise.all([store().turns.begin(dead), store().turns.begin(alive)])
    const found = await store().conversations.find(dead.conversation, { limit: 1 })
    expect(found?.runningTurnId).toBeNull()
    expect(await store().turns.interruptAbandoned({ all: false })).toBe(1)
    expect(await store().turns.interruptAbandoned({ all: true })).toBe(1)
    expect(await store().turns.interruptAbandoned({ all: true })).toBe(0)
  })
}

function takeOverTests(store: () => OpenStore): void {
  const texts = async ({ conversation }: NewTurn): Promise<unknown> =>
    (await store().conversations.find(conversation, { limit: 9 }))?.messages.map(({ text }) => text)

  test('a turn that is taken over begins anew in its place, and its last owner changes nothing any more', async () => {
    const before = newTurn({ text: 'Before' })
    await store().turns.begin(before)
    await store().turns.finish(finished(before, { text: 'Early' }))
    const turn = { ...newTurn(), conversation: before.conversation }
    await store().turns.begin(turn)
    await store().turns.append([{ turnId: turn.turnId, events: [says(1, 'Hal')] }], HOLD)
    await store().turns.begin({ ...newTurn({ text: 'After' }), conversation: before.conversation })
    const taken = await store().turns.takeOver({ ...turn, owner: 'b', text: 'Hello again' })
    expect(taken?.history.map(({ text }) => text)).toEqual(['Before', 'Early'])
    const late = { turnId: turn.turnId, events: [says(2, 'f an answer')] }
    expect(await store().turns.append([late], HOLD)).toEqual(new Map([[turn.turnId, 'lost']]))
    expect(await store().turns.finish(finished(turn))).toBe(false)
    expect(await store().turns.read(turn.turnId, 0)).toEqual({ events: [], running: true })
    await store().turns.finish(finished(turn, { owner: 'b', text: 'Whole' }))
    expect(await texts(turn)).toEqual(['Before', 'Early', 'Hello again', 'After', 'Whole'])
    expect(await store().turns.answerOf(turn.turnId)).toBe('Whole')
  })

  test('what an interrupted or failed turn answered is gone when it is taken over', async () => {
    for (const outcome of ['interrupted', 'failed'] as const) {
      const turn = newTurn()
      await store().turns.begin(turn)
      const ended = {
        outcome,
        errorCode: 'model_unavailable',
        text: 'Half',
        events: [says(1, 'Half')],
      } as const
      await store().turns.finish(finished(turn, ended))
      expect(await store().turns.takeOver(turn)).toMatchObject({ history: [] })
      expect(await texts(turn)).toEqual(['Hello'])
      expect(await store().turns.read(turn.turnId, 0)).toEqual({ events: [], running: true })
    }
  })

  test('a turn that has its answer is not taken over', async () => {
    const endings = [
      {},
      { outcome: 'stopped' },
      { outcome: 'failed', errorCode: 'model_refused', text: '' },
    ] as const
    for (const ending of endings) {
      const turn = newTurn()
      await store().turns.begin(turn)
      await store().turns.finish(finished(turn, ending))
      expect(await store().turns.takeOver(turn)).toBeUndefined()
    }
    expect(await store().turns.takeOver(newTurn())).toBeUndefined()
    expect(await store().turns.answerOf(randomUUID())).toBeUndefined()
  })

  test('a turn that is closed as abandoned at the same time is taken over whole', async () => {
    for (let round = 0; round < 10; round++) {
      const turn = newTurn()
      await store().turns.begin(turn)
      const segment = { turnId: turn.turnId, events: [says(1, 'Half')] }
      await store().turns.append([segment], { ...HOLD, renewForMs: -1 })
      const [taken] = await Promise.all([
        store().turns.takeOver({ ...turn, owner: 'b' }),
        store().turns.read(turn.turnId, 0),
      ])
      expect(taken).toBeDefined()
      expect(await store().turns.read(turn.turnId, 0)).toEqual({ events: [], running: true })
      expect(await texts(turn)).toEqual(['Hello'])
    }
  })

  test('a conversation that is cleared is empty, and says how its answers ended until then', async () => {
    const turn = newTurn()
    await store().turns.begin(turn)
    await store().turns.finish(finished(turn, { outcome: 'stopped' }))
    const found = await store().conversations.find(turn.conversation, { limit: 5 })
    expect(found?.messages.map(({ outcome }) => outcome)).toEqual([undefined, 'stopped'])
    await store().conversations.clear(turn.conversation)
    expect(await texts(turn)).toEqual([])
  })
}
