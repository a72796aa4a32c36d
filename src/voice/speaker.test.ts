import { expect, test } from 'vitest'
import { createMemoryContent } from '../cache/memory-content.ts'
import { AppError, type ErrorCode } from '../errors.ts'
import { Speaker } from './speaker.ts'
import type { SpeechEngine, SpeechRequest } from './voice.ts'

const { signal } = new AbortController()
const HELLO: SpeechRequest = { text: 'Hello.', voice: { language: 'en', speed: 1 }, format: 'pcm' }

/** A speaker whose engine fails with `failures`, one call after the other, and then speaks. */
function speakerWith({
  failures = [],
  concurrency = 1,
  cacheMs = 60_000,
  mostWaitMs = 4_000,
}: { failures?: readonly ErrorCode[]; concurrency?: number; cacheMs?: number; mostWaitMs?: number } = {}) {
  const said: string[] = []
  const problems: unknown[] = []
  const gates = new Map<string, PromiseWithResolvers<void>>()
  const engine: SpeechEngine = {
    id: 'test',
    formats: ['pcm'],
    concurrency,
    async *synthesize({ text }) {
      const failure = failures[said.push(text) - 1]
      await gates.get(text)?.promise
      if (failure) throw new AppError(failure)
      yield Buffer.from(text)
      yield Buffer.from('!')
    },
    close: async () => undefined,
  }
  const speaker = new Speaker({
    engine,
    cache: createMemoryContent(),
    cacheMs,
    mostWaitMs,
    timeoutMs: 1_000,
    pauseMs: 1,
    onProblem: (cause) => problems.push(cause),
  })
  return { speaker, said, problems, gates }
}

test('the same words in the same voice are spoken once, in another voice anew', async () => {
  const { speaker, said } = speakerWith()
  const first = await speaker.say(HELLO, 0, signal)
  const second = await speaker.say(HELLO, 0, signal)
  await speaker.say({ ...HELLO, voice: { ...HELLO.voice, speed: 2 } }, 0, signal)
  expect(Buffer.from(first).toString()).toBe('Hello.!')
  expect(second).toEqual(first)
  expect(said).toHaveLength(2)
  expect(speaker.counters).toEqual({ hits: 1, misses: 2, failures: 0 })
})

test('without a lifetime nothing is kept', async () => {
  const { speaker, said } = speakerWith({ cacheMs: 0 })
  await speaker.say(HELLO, 0, signal)
  await speaker.say(HELLO, 0, signal)
  expect(said).toHaveLength(2)
})

test('what may pass is tried three times, what does not once', async () => {
  const passing = speakerWith({ failures: ['speech_unavailable', 'speech_unavailable'] })
  expect(Buffer.from(await passing.speaker.say(HELLO, 0, signal)).toString()).toBe('Hello.!')
  const failing = speakerWith({ failures: Array<ErrorCode>(3).fill('speech_unavailable') })
  await expect(failing.speaker.say(HELLO, 0, signal)).rejects.toMatchObject({ code: 'speech_unavailable' })
  const refused = speakerWith({ failures: ['speech_rejected'] })
  await expect(refused.speaker.say(HELLO, 0, signal)).rejects.toMatchObject({ code: 'speech_rejected' })
  expect([passing, failing, refused].map(({ said }) => said.length)).toEqual([3, 3, 1])
  expect(failing.speaker.counters.failures).toBe(1)
  expect(failing.problems).toHaveLength(1)
})

test('a service that fails again and again is left alone for a while', async () => {
  const { speaker, said } = speakerWith({ failures: Array<ErrorCode>(9).fill('speech_unavailable') })
  for (let index = 0; index < 4; index++) await speaker.say(HELLO, 0, signal).catch(() => undefined)
  expect(said).toHaveLength(5)
})

test('the first sentence of an answer goes before later ones of others', async () => {
  const { speaker, said, gates } = speakerWith()
  const gate = Promise.withResolvers<void>()
  gates.set('busy', gate)
  const saying = (['busy', 'late', 'later', 'first'] as const).map((text, index) =>
    speaker.say({ ...HELLO, text }, [0, 1, 2, 0][index] ?? 0, signal),
  )
  await expect.poll(() => said).toEqual(['busy'])
  gate.resolve()
  await Promise.all(saying)
  expect(said).toEqual(['busy', 'first', 'late', 'later'])
})

test('when more is to be spoken than the engine has time for, later sentences are left out', async () => {
  const { speaker, said, gates } = speakerWith({ mostWaitMs: 0 })
  gates.set('busy', Promise.withResolvers())
  await speaker.say({ ...HELLO, text: 'mean' }, 0, signal)
  void speaker.say({ ...HELLO, text: 'busy' }, 0, signal).catch(() => undefined)
  const first = speaker.say({ ...HELLO, text: 'first' }, 0, signal)
  await expect(speaker.say({ ...HELLO, text: 'late' }, 1, signal)).rejects.toMatchObject({
    code: 'speech_unavailable',
  })
  gates.get('busy')?.resolve()
  await first
  expect(said).toEqual(['mean', 'busy', 'first'])
})

test('who leaves the queue gives its place up', async () => {
  const { speaker, said, gates } = speakerWith()
  const gate = Promise.withResolvers<void>()
  gates.set('busy', gate)
  const busy = speaker.say({ ...HELLO, text: 'busy' }, 0, signal)
  const left = new AbortController()
  const waiting = speaker.say({ ...HELLO, text: 'left' }, 0, left.signal)
  await expect.poll(() => said).toEqual(['busy'])
  left.abort(new Error('left'))
  await expect(waiting).rejects.toThrow('left')
  gate.resolve()
  await busy
  await speaker.say({ ...HELLO, text: 'next' }, 0, signal)
  expect(said).toEqual(['busy', 'next'])
})
