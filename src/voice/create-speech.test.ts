import { once } from 'node:events'
import { expect, test } from 'vitest'
import { createMemoryContent } from '../cache/memory-content.ts'
import { createSpeech } from './create-speech.ts'

test('a voice message of a service that hangs is given up, and the log says so: the next text may wait behind it', async () => {
  const problems: unknown[] = []
  const speech = createSpeech({
    engine: {
      id: 'hangs',
      formats: ['pcm'],
      concurrency: 1,
      // oxlint-disable-next-line eslint/require-yield -- it never has anything to give
      async *synthesize(_request, signal) {
        await once(signal, 'abort')
      },
      close: async () => undefined,
    },
    title: 'one that hangs',
    cache: createMemoryContent(),
    voiceOf: () => undefined,
    language: 'en-US',
    encoding: 'linear16',
    maxChars: 800,
    waitMs: 8_000,
    timeoutMs: 60_000,
    messageMs: 20,
    cacheMs: 0,
    recordingMs: 60_000,
    onProblem: (cause) => problems.push(cause),
    onVoiced: () => undefined,
  })
  const { signal } = new AbortController()
  await expect(speech.voiceMessage({ text: 'Hello there.', bot: 'any', signal })).rejects.toMatchObject({
    code: 'speech_unavailable',
  })
  expect(problems).toHaveLength(1)
  await speech.close()
})
