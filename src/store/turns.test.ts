import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { finished, newTurn } from '../../test/stored-turn.ts'
import { backends } from '../../test/test-store.ts'
import type { OpenStore } from './open-store.ts'

describe.each(backends())('turns on $name', (backend) => {
  let store: OpenStore
  beforeAll(async () => {
    store = await backend.openOwn()
    // Each write of a turn leaves behind how it is going to be committed.
    await sql`create table commits (number bigserial, setting text)`.execute(store.db)
    await sql`
      create function note_commit() returns trigger language plpgsql as $$
      begin
        insert into commits (setting) values (current_setting('synchronous_commit'));
        return null;
      end $$`.execute(store.db)
    await sql`
      create trigger note_commit after insert or update on turns
      for each statement execute function note_commit()`.execute(store.db)
  })
  afterAll(() => store.close())

  const settings = async (): Promise<readonly string[]> => {
    const { rows } = await sql<{ setting: string }>`select setting from commits order by number`.execute(
      store.db,
    )
    return rows.map(({ setting }) => setting)
  }

  test('the first token does not wait for the disk of a server, the last frame does', async () => {
    const turn = newTurn()
    await store.turns.begin(turn)
    await store.turns.finish(finished(turn, { text: 'Hello' }))
    expect(await settings()).toEqual([store.kind === 'postgres' ? 'off' : 'on', 'on'])
  })
})
