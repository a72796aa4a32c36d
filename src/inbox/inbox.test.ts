import { describe, expect, test } from 'vitest'
import { failing, hanging, scriptedModel, text } from '../../test/scripted-model.ts'
import { postJson, startTestApp, type TestApp, type TestAppOptions } from '../../test/test-app.ts'
import { testDatabases } from '../../test/test-store.ts'
import { createWireChannel, MemoryWire, type WireOptions } from '../../test/wire-channel.ts'
import { AppError } from '../errors.ts'

describe.each(testDatabases())('messages accepted on $name', (database) => {
  interface Wired extends AsyncDisposable {
    readonly app: TestApp
    readonly wire: MemoryWire
    send(text: string, key?: string, id?: string): Promise<string>
  }

  async function start(options: TestAppOptions = {}, wireOptions: WireOptions = {}): Promise<Wired> {
    const wire = new MemoryWire()
    const { env, remove } = await database.create()
    const app = await startTestApp({
      ...options,
      channels: [createWireChannel(wire, wireOptions)],
      env: { ...env, MODEL_RETRIES: '0', ...options.env },
    })
    return {
      app,
      wire,
      send: async (words, key = 'k', id = crypto.randomUUID()) => {
        const reply = await postJson(`${app.url}/wire`, { id, key, text: words })
        return ((await reply.json()) as { result: string }).result
      },
      [Symbol.asyncDispose]: async () => {
        await app.close()
        await remove()
      },
    }
  }

  /** Says back the last message and how many messages it was given. */
  const echo = scriptedModel(async function* say({ messages }) {
    yield* text(`${messages.length}: ${messages.at(-1)?.role === 'user' ? messages.at(-1)?.text : ''}`)
  })

  test('are answered in order, each once, with what was said before', async () => {
    await using wired = await start({ model: echo })
    const texts = ['one', 'two', 'three']
    for (const words of texts) expect(await wired.send(words)).toBe('accepted')
    await expect.poll(() => wired.wire.textsOf('k')).toEqual(['1: one', '3: two', '5: three'])
  })

  test('are not answered again when they come again, during the answer or after it', async () => {
    await using wired = await start({ model: echo })
    expect(await wired.send('one', 'k', 'e1')).toBe('accepted')
    expect(await wired.send('one', 'k', 'e1')).toBe('duplicate')
    await expect.poll(() => wired.wire.textsOf('k')).toEqual(['1: one'])
    await expect
      .poll(async () => (await wired.app.store.inbox.list({ states: ['answered'], limit: 9 })).length)
      .toBe(1)
    expect(await wired.send('one', 'k', 'e1')).toBe('duplicate')
    await wired.send('two', 'k')
    await expect.poll(() => wired.wire.textsOf('k')).toEqual(['1: one', '3: two'])
  })
})
