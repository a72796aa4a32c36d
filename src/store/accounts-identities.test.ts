import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backends } from '../../test/test-store.ts'
import type { OpenStore } from './open-store.ts'

describe.each(backends())('identities on $name', (backend) => {
  let store: OpenStore
  beforeAll(async () => {
    store = await backend.open()
  })
  afterAll(() => store.close())

  test('many first requests of one person of another issuer make one user', async () => {
    const person = { subject: 'https://login.example.com/#7', email: 'seven@example.com', name: 'Seven' }
    const ids = await Promise.all(Array.from({ length: 10 }, () => store.identities.findOrCreate(person)))
    expect(new Set(ids).size).toBe(1)
    const users = await store.db.selectFrom('users').select(['id', 'email']).execute()
    expect(users).toEqual([{ id: ids[0], email: 'seven@example.com' }])
  })

  test('two people with one address are two users, and the first keeps it', async () => {
    const email = 'shared@example.com'
    const [one, two] = [
      await store.identities.findOrCreate({ subject: 'issuer#1', email, name: 'One' }),
      await store.identities.findOrCreate({ subject: 'issuer#2', email, name: 'Two' }),
    ]
    expect(one).not.toBe(two)
    expect([(await store.accounts.find(one))?.email, (await store.accounts.find(two))?.email]).toEqual([
      email,
      null,
    ])
  })

  test('what has expired is forgotten, and nothing else', async () => {
    const { accounts } = store
    await accounts.endToken('old', new Date(Date.now() - 2 * 86_400_000))
    await accounts.endToken('fresh', new Date(Date.now() + 60_000))
    await accounts.forgetExpired()
    expect([await accounts.isEnded('old'), await accounts.isEnded('fresh')]).toEqual([false, true])
  })
})
