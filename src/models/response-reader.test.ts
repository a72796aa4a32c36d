import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { ask } from '../../test/read-model.ts'
import type { ModelPart } from './model.ts'
import { createOpenAIModel } from './openai.ts'

/** Longer than any test takes. */
const FOR_EVER = 600_000

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0)) await end()
})

/** An answer whose pieces the test sends itself. */
async function openAnswer({ gatherMs }: { readonly gatherMs: number }) {
  const asked = Promise.withResolvers<ServerResponse>()
  const provider = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    asked.resolve(response)
  })
  provider.listen(0, '127.0.0.1')
  await once(provider, 'listening')
  const baseUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
  const left = new AbortController()
  ended.push(
    () => left.abort(),
    () => provider.closeAllConnections(),
    () => provider.close(),
  )
  const parts = createOpenAIModel({ model: 'm', baseUrl, gatherMs }).stream(ask(), { signal: left.signal })
  const next = async (): Promise<ModelPart | undefined> => (await parts[Symbol.asyncIterator]().next()).value
  const first = next()
  const response = await asked.promise
  const say = (content: string) => response.write(toEvent({ choices: [{ index: 0, delta: { content } }] }))
  say('One')
  expect(await first).toEqual({ type: 'text', text: 'One' })
  return { next, say, response }
}

function toEvent(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`
}

const FINISH = toEvent({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })

describe('pieces of an answer', () => {
  test('after the first are told as they come when nothing is to be gathered', async () => {
    const { next, say } = await openAnswer({ gatherMs: 0 })
    say(' two')
    expect(await next()).toEqual({ type: 'text', text: ' two' })
    say(' three')
    expect(await next()).toEqual({ type: 'text', text: ' three' })
  })

  test('wait for more, and the end lets them go', async () => {
    const { next, say, response } = await openAnswer({ gatherMs: FOR_EVER })
    const second = next()
    say(' two')
    expect(await Promise.race([second, delay(50, 'waits')])).toBe('waits')
    say(' three')
    response.end(`${FINISH}data: [DONE]\n\n`)
    expect(await second).toEqual({ type: 'text', text: ' two three' })
    expect(await next()).toMatchObject({ type: 'finish', reason: 'stop' })
  })

  test('wait no longer than asked', async () => {
    const { next, say } = await openAnswer({ gatherMs: 40 })
    say(' two')
    expect(await next()).toEqual({ type: 'text', text: ' two' })
  })

  test('do not wait when there is plenty of them', async () => {
    const { next, say } = await openAnswer({ gatherMs: FOR_EVER })
    say('x'.repeat(100_000))
    expect(await next()).toMatchObject({ type: 'text' })
  })

  test('are told before a break', async () => {
    const { next, say, response } = await openAnswer({ gatherMs: FOR_EVER })
    const second = next()
    say(' two')
    expect(await Promise.race([second, delay(50, 'waits')])).toBe('waits')
    response.destroy()
    expect(await second).toEqual({ type: 'text', text: ' two' })
    await expect(next()).rejects.toMatchObject({ code: 'model_stream_broken' })
  })
})
