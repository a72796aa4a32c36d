import { expect, test } from 'vitest'
import { finds, type AnswerClaim } from '../../src/answer-claim.ts'
import type { OpenStore } from '../../src/store/open-store.ts'
import type { NewTurn } from '../../src/store/store.ts'
import { finished, newTurn } from '../stored-turn.ts'

/** What is asked of a store by people who may, and may not, have an answer. */
export function claimContract(store: () => OpenStore): void {
  test('a turn is found by who may claim it, and is not there for anybody else', async () => {
    const turns = [newTurn({ subject: 'user:7' }), newTurn({ subject: 'session:user:7' })] as const
    for (const turn of turns) await store().turns.begin(turn)
    const claims = [
      { channel: 'web', account: 'user:7' },
      { channel: 'web', account: 'user:77' },
      { channel: 'web', account: null },
      { channel: 'web', account: 'any' },
      { channel: 'poe', account: 'user:7' },
      { channel: 'poe', account: 'any' },
    ] as const
    const expected = [
      [true, false, false, true, false, false],
      [true, true, true, true, false, false],
    ]
    const seen = async (look: (turnId: string, claim: AnswerClaim) => Promise<unknown>) =>
      Promise.all(
        turns.map(({ turnId }) =>
          Promise.all(claims.map(async (claim) => Boolean(await look(turnId, claim)))),
        ),
      )
    expect(await seen((turnId, claim) => store().turns.read(turnId, 0, claim))).toEqual(expected)
    expect(await seen((turnId, claim) => store().turns.requestStop(turnId, claim))).toEqual(expected)
    for (const turn of turns) await store().turns.finish(finished(turn))
    expect(await seen((turnId, claim) => store().turns.answerOf(turnId, claim))).toEqual(expected)
    const owner = ({ subject }: NewTurn) => ({ channel: 'web', subject })
    expect(turns.map((turn) => claims.map((claim) => finds(claim, owner(turn))))).toEqual(expected)
  })

  test('a turn whose lease ran out is closed by who may read it, and by nobody else', async () => {
    const turn = newTurn({ leaseMs: -1, subject: 'user:7' })
    await store().turns.begin(turn)
    const read = (claim: AnswerClaim) => store().turns.read(turn.turnId, 0, claim)
    expect(await read({ channel: 'web', account: null })).toBeUndefined()
    const row = store().db.selectFrom('turns').select('outcome').where('id', '=', turn.turnId)
    expect(await row.executeTakeFirst()).toEqual({ outcome: null })
    const log = await read({ channel: 'web', account: 'user:7' })
    const events = [{ event: { type: 'start' } }, { event: { code: 'interrupted' } }]
    expect(log).toMatchObject({ running: false, events })
  })
}
